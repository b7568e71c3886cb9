// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {
    Batch,
    Deposit,
    DisputeStart,
    ReserveToCollateral,
    ReserveToReserve,
    Settlement,
    Withdrawal
} from "../contracts/types/Batch.sol";
import {Rules} from "./Rules.sol";
import {VM} from "./Vm.sol";

/// @notice What the fuzzer may do, one function a handler. A handler that returns has done what its name says (for
///         those of Refused.sol: has seen it refused); one that finds nothing to do it with reverts and is not counted.
abstract contract Handler is Rules {
    uint256 internal constant MOST = 1_000_000;

    function deposit(uint256 seed) external watched {
        addMoney(draw(seed, "entity", 0, 3), draw(seed, "token", 0, 1), draw(seed, "amount", 1, MOST));
    }

    function depositByBatch(uint256 seed) external watched {
        (uint256 entity, uint256 t) = (draw(seed, "entity", 0, 3), draw(seed, "token", 0, 1));
        uint256 amount = draw(seed, "amount", 1, MOST);
        address wallet = wallets[entity];
        mint(wallet, t, amount);
        VM.prank(wallet);
        tokens[t].approve(address(depository), amount);
        Batch memory batch = emptyBatch(entity);
        batch.deposits = new Deposit[](1);
        batch.deposits[0] = Deposit(wallet, tokenId(t), amount);
        submit(entity, batch);
        worth[entity][t] += int256(amount);
    }

    /// @notice Money that nobody gets.
    function donate(uint256 seed) external watched {
        uint256 t = draw(seed, "token", 0, 1);
        mint(address(depository), t, draw(seed, "amount", 1, 100));
        donated[t] += draw(seed, "amount", 1, 100);
    }

    function withdraw(uint256 seed) external watched {
        (uint256 entity, uint256 t) = whoHasMoney(seed);
        uint256 amount = draw(seed, "amount", 1, spendableOf(entity, t));
        Batch memory batch = emptyBatch(entity);
        batch.withdrawals = new Withdrawal[](1);
        batch.withdrawals[0] = Withdrawal(address(0xbeef), tokenId(t), amount);
        submit(entity, batch);
        worth[entity][t] -= int256(amount);
    }

    function reserveToReserve(uint256 seed) external watched {
        (uint256 entity, uint256 t) = whoHasMoney(seed);
        uint256 to = (entity + draw(seed, "to", 1, 3)) % ENTITIES;
        uint256 amount = draw(seed, "amount", 1, spendableOf(entity, t));
        Batch memory batch = emptyBatch(entity);
        batch.reserveToReserve = new ReserveToReserve[](1);
        batch.reserveToReserve[0] = ReserveToReserve(ids[to], tokenId(t), amount);
        submit(entity, batch);
        worth[entity][t] -= int256(amount);
        worth[to][t] += int256(amount);
    }

    /// @notice With a dispute open or not.
    function reserveToCollateral(uint256 seed) external watched {
        (uint256 entity, uint256 t) = whoHasMoney(seed);
        uint256 pair = pairWith(entity, draw(seed, "other", 0, 2));
        (uint256 left, uint256 right) = sidesOf(pair);
        (uint256 epoch,) = pairOf(pair);
        Batch memory batch = emptyBatch(entity);
        batch.reserveToCollateral = new ReserveToCollateral[](1);
        batch.reserveToCollateral[0] = ReserveToCollateral(
            ids[entity == left ? right : left], tokenId(t), draw(seed, "amount", 1, spendableOf(entity, t)), epoch
        );
        submit(entity, batch);
    }

    /// @notice Reserves of both sides into collateral.
    function settleIn(uint256 seed) external watched {
        (uint256 pair, uint256 t) = (quietPair(seed), draw(seed, "token", 0, 1));
        (uint256 left, uint256 right) = sidesOf(pair);
        uint256 fromLeft = draw(seed, "from left", 0, spendableOf(left, t));
        uint256 fromRight = draw(seed, "from right", 0, spendableOf(right, t));
        settle(pair, settlementOf(pair, t, -int256(fromLeft), -int256(fromRight), seed), seed);
    }

    /// @notice Collateral into the reserves of both sides.
    function settleOut(uint256 seed) external watched {
        (uint256 pair, uint256 t) = (quietPair(seed), draw(seed, "token", 0, 1));
        (uint256 collateral,) = accountOf(pair, t);
        uint256 toLeft = draw(seed, "to left", 0, collateral);
        uint256 toRight = draw(seed, "to right", 0, collateral - toLeft);
        settle(pair, settlementOf(pair, t, int256(toLeft), int256(toRight), seed), seed);
    }

    /// @notice From one side's reserve through the account to the other's.
    function settleThrough(uint256 seed) external watched {
        (uint256 pair, uint256 t) = (quietPair(seed), draw(seed, "token", 0, 1));
        (uint256 left, uint256 right) = sidesOf(pair);
        bool byLeft = draw(seed, "direction", 0, 1) == 1;
        int256 amount = int256(draw(seed, "amount", 0, spendableOf(byLeft ? left : right, t)));
        if (byLeft) amount = -amount;
        settle(pair, settlementOf(pair, t, amount, -amount, seed), seed);
    }

    /// @notice Off the chain: a frame, whose proof may come up in court at any time.
    function pay(uint256 seed) external watched {
        agree(draw(seed, "pair", 0, PAIRS - 1), seed, draw(seed, "clauses", 0, 1) == 1);
    }

    /// @notice All that one signature does: money from outside, to another, into an account, to court and out again.
    function mixedBatch(uint256 seed) external watched {
        uint256 pair = quietPair(seed);
        bool byLeft = draw(seed, "by", 0, 1) == 1;
        (uint256 left, uint256 right) = sidesOf(pair);
        (uint256 entity, uint256 other) = byLeft ? (left, right) : (right, left);
        uint256 t = draw(seed, "token", 0, 1);
        addMoney(entity, t, owedBy(entity, t) + 3 * MOST);
        (uint256 epoch,) = pairOf(pair);
        Batch memory batch = emptyBatch(entity);
        batch.reserveToReserve = new ReserveToReserve[](1);
        batch.reserveToReserve[0] = ReserveToReserve(ids[other], tokenId(t), draw(seed, "given", 1, MOST));
        batch.disputeStarts = new DisputeStart[](1);
        batch.disputeStarts[0] = startBy(pair, byLeft, goodProof(pair, seed));
        batch.reserveToCollateral = new ReserveToCollateral[](1);
        batch.reserveToCollateral[0] = ReserveToCollateral(ids[other], tokenId(t), draw(seed, "locked", 1, MOST), epoch);
        batch.withdrawals = new Withdrawal[](1);
        batch.withdrawals[0] = Withdrawal(address(0xbeef), tokenId(t), draw(seed, "taken", 1, MOST));
        submit(entity, batch);
        worth[other][t] += int256(batch.reserveToReserve[0].amount);
        worth[entity][t] -= int256(batch.reserveToReserve[0].amount + batch.withdrawals[0].amount);
    }

    function startDispute(uint256 seed) external watched {
        openDispute(quietPair(seed), seed);
    }

    function registerCounter(uint256 seed) external watched {
        uint256 pair = pairInWindow(seed);
        Proof memory proof = newestProof(pair, seed);
        if (proof.nonce <= disputeOf(pair).nonce) proof = agree(pair, seed, draw(seed, "clauses", 0, 1) == 1);
        counterWith(pair, proof);
    }

    function registerArguments(uint256 seed) external watched {
        uint256 pair = pairInWindow(seed);
        uint256 side = draw(seed, "by", 0, 1);
        if (argued[pair][side].length > 0) side = 1 - side;
        // Both have said their word: only a newer proof gives them another.
        if (argued[pair][side].length > 0) counterWith(pair, agree(pair, seed, true));
        // Mostly of the right length.
        bytes memory arguments = draw(seed, "length", 0, 5) == 0
            ? new bytes(draw(seed, "bytes", 0, 250))
            : bytes(abi.encodePacked(uint16(draw(seed, "part", 0, 65_535))));
        argue(pair, side, arguments);
    }

    /// @notice Of one of the last locks made, known already or not.
    function revealSecret(uint256 seed) external watched {
        uint256 back = draw(seed, "back", 0, 7);
        depository.revealSecret(bytes32(back < preimages ? preimages - back : 1));
    }

    function finalize(uint256 seed) external watched {
        judgeNow(disputedPair(seed), seed);
    }

    function finalizeAgreed(uint256 seed) external watched {
        judgeByConsent(quietPair(seed), seed);
    }

    /// @notice Of a debtor that has something and owes something.
    function enforceDebts(uint256 seed) external watched {
        (uint256 entity, uint256 t) = owingButNotPoor(seed);
        depository.enforceDebts(ids[entity], tokenId(t), draw(seed, "limit", 1, 6));
    }

    function processEmptyBatch(uint256 seed) external watched {
        uint256 entity = draw(seed, "entity", 0, 3);
        submit(entity, emptyBatch(entity));
    }

    function warp(uint256 seed) external watched {
        VM.warp(block.timestamp + draw(seed, "seconds", 1, 1_500));
    }

    function settle(uint256 pair, Settlement memory settlement, uint256 seed) internal {
        (uint256 left, uint256 right) = sidesOf(pair);
        uint256 by = draw(seed, "by", 0, 1) == 0 ? left : right;
        Batch memory batch = emptyBatch(by);
        batch.settlements = new Settlement[](1);
        batch.settlements[0] = settlement;
        submit(by, batch);
        delete lastSettlement[pair];
        lastSettlement[pair].left = settlement.left;
        lastSettlement[pair].right = settlement.right;
        lastSettlement[pair].nonce = settlement.nonce;
        lastSettlement[pair].validUntil = settlement.validUntil;
        lastSettlement[pair].diffs.push(settlement.diffs[0]);
        lastSettlement[pair].leftHanko = settlement.leftHanko;
        lastSettlement[pair].rightHanko = settlement.rightHanko;
    }
}
