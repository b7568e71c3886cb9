// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDepository} from "../contracts/interfaces/IDepository.sol";
import {IEntityProvider} from "../contracts/interfaces/IEntityProvider.sol";
import {Hanko} from "../contracts/libraries/Hanko.sol";
import {Limits} from "../contracts/libraries/Limits.sol";
import {
    Batch,
    Deposit,
    DisputeStart,
    ReserveToCollateral,
    ReserveToReserve,
    Settlement,
    Withdrawal
} from "../contracts/types/Batch.sol";
import {ProofBody} from "../contracts/types/Proof.sol";
import {Agreed} from "./Agreed.sol";
import {Handler} from "./Handler.sol";
import {VM} from "./Vm.sol";

/// @notice What must not work: a handler that returns has seen it refused, for the reason there is, or has noted the
///         broken rule.
contract Refused is Handler {
    constructor(uint256 salt) Agreed(salt) {}

    /// @dev Refused for another reason, it passed the check that should have stopped it, or was badly made and proves
    ///      nothing: both break the rule.
    function expect(bytes4 actual, bytes4 expected, string memory rule) private {
        if (actual != expected) broke(rule);
    }

    function replayBatch(uint256 seed) external watched {
        uint256 entity = draw(seed, "entity", 0, 3);
        if (lastSent[entity].nonce == 0) submit(entity, emptyBatch(entity));
        Sent memory sent = lastSent[entity];
        VM.prank(wallets[entity]);
        try depository.processBatch(sent.batch, sent.hanko, sent.nonce) {
            broke(MONOTONIC);
        } catch (bytes memory answer) {
            expect(reasonIn(answer), IDepository.BatchNonceInvalid.selector, MONOTONIC);
        }
    }

    /// @notice A proof of an earlier epoch, or below the last settlement, or below the newest one registered.
    function replayProof(uint256 seed) external watched {
        uint256 pair = draw(seed, "pair", 0, PAIRS - 1);
        if (disputeOf(pair).bodyHash != 0 && block.timestamp > disputeOf(pair).windowEnd) judgeNow(pair, seed);
        if (proofs[pair].length == 0) judgeByConsent(pair, seed);
        (uint256 epoch, uint256 nonce) = pairOf(pair);
        if (disputeOf(pair).bodyHash != 0) nonce = disputeOf(pair).nonce;
        uint256 count = proofs[pair].length;
        uint256 first = draw(seed, "proof", 0, count - 1);
        for (uint256 i = 0; i < count; i++) {
            Proof memory proof = proofs[pair][(first + i) % count];
            if (proof.epoch == epoch && proof.nonce > nonce) continue;
            bytes4 expected = proof.nonce > nonce ? Hanko.SignerMismatch.selector : IDepository.NonceOutOfRange.selector;
            return expect(refusalOfProof(pair, proof), expected, MONOTONIC);
        }
        // All of them are good still: one becomes the judgment, and is tried again.
        if (disputeOf(pair).bodyHash != 0) judgeNow(pair, seed);
        else judgeByConsent(pair, seed);
        expect(refusalOfProof(pair, proofs[pair][first]), Hanko.SignerMismatch.selector, MONOTONIC);
    }

    /// @dev As a counter-proof while there is a dispute, otherwise by starting one.
    function refusalOfProof(uint256 pair, Proof memory proof) private returns (bytes4) {
        (uint256 left, uint256 right) = sidesOf(pair);
        if (disputeOf(pair).bodyHash != 0) {
            try depository.registerCounter(ids[left], ids[right], counterOf(pair, proof)) {
                return 0;
            } catch (bytes memory answer) {
                return reasonIn(answer);
            }
        }
        Batch memory batch = emptyBatch(left);
        batch.disputeStarts = new DisputeStart[](1);
        batch.disputeStarts[0] = startBy(pair, true, proof);
        return refusalOf(left, batch);
    }

    function replaySettlement(uint256 seed) external watched {
        uint256 first = draw(seed, "pair", 0, PAIRS - 1);
        uint256 pair = first;
        while (lastSettlement[pair].nonce == 0 && pair != (first + PAIRS - 1) % PAIRS) pair = (pair + 1) % PAIRS;
        if (lastSettlement[pair].nonce == 0) {
            pair = quietPair(seed);
            settle(pair, settlementOf(pair, 0, 0, 0, seed), seed);
        }
        Settlement memory settlement = lastSettlement[pair];
        (, uint256 nonce) = pairOf(pair);
        bytes4 expected = disputeOf(pair).bodyHash != 0
            ? IDepository.DisputeOpen.selector
            : block.timestamp > settlement.validUntil
                ? IDepository.SettlementExpired.selector
                : settlement.nonce > nonce ? Hanko.SignerMismatch.selector : IDepository.NonceOutOfRange.selector;
        (uint256 left,) = sidesOf(pair);
        Batch memory batch = emptyBatch(left);
        batch.settlements = new Settlement[](1);
        batch.settlements[0] = settlement;
        expect(refusalOf(left, batch), expected, MONOTONIC);
    }

    /// @notice A judgment again, and by agreement again, while the account is quiet or in its next dispute.
    function judgeAgain(uint256 seed) external watched {
        uint256 pair = draw(seed, "pair", 0, PAIRS - 1);
        if (lastConsent[pair].leftHanko.length == 0) {
            if (disputeOf(pair).bodyHash != 0) judgeNow(pair, seed);
            judgeByConsent(pair, seed);
        }
        (uint256 left, uint256 right) = sidesOf(pair);
        bytes32 open = disputeOf(pair).bodyHash;
        bytes4 expected = open == 0 ? IDepository.DisputeNotOpen.selector : IDepository.BodyMismatch.selector;
        // The same body may be judged by anew, in its own epoch.
        if (open != lastJudged[pair]) {
            try depository.finalize(ids[left], ids[right], bodies[lastJudged[pair]]) {
                broke(FINAL_ONCE);
            } catch (bytes memory answer) {
                expect(reasonIn(answer), expected, FINAL_ONCE);
            }
        }
        Consent memory consent = lastConsent[pair];
        if (open == consent.bodyHash) expected = Hanko.SignerMismatch.selector;
        try depository.finalizeAgreed(
            ids[left], ids[right], bodies[consent.bodyHash], consent.leftHanko, consent.rightHanko
        ) {
            broke(FINAL_ONCE);
        } catch (bytes memory answer) {
            expect(reasonIn(answer), expected, FINAL_ONCE);
        }
    }

    function judgeEarly(uint256 seed) external watched {
        uint256 pair = pairInWindow(seed);
        (uint256 left, uint256 right) = sidesOf(pair);
        ProofBody memory body = selectedBody(pair);
        uint256 deadline = deadlineOf(pair, body);
        if (block.timestamp < deadline) VM.warp(deadline - draw(seed, "early", 0, 1));
        try depository.finalize(ids[left], ids[right], abi.encode(body)) {
            broke(FINAL_ONCE);
        } catch (bytes memory answer) {
            expect(reasonIn(answer), IDepository.DisputeNotYetFinal.selector, FINAL_ONCE);
        }
    }

    /// @notice Arguments again: about the same body, another, or in a later dispute.
    function argueAgain(uint256 seed) external watched {
        uint256 pair = draw(seed, "pair", 0, PAIRS - 1);
        if (lastWord[pair].hanko.length == 0) {
            pair = pairInWindow(seed);
            if (argued[pair][0].length == 0) argue(pair, 0, hex"ffff");
        }
        Word memory word = lastWord[pair];
        (uint256 epoch,) = pairOf(pair);
        bytes32 bodyHash = disputeOf(pair).bodyHash;
        bytes4 expected = bodyHash == 0
            ? IDepository.DisputeNotOpen.selector
            : block.timestamp > disputeOf(pair).windowEnd
                ? IDepository.DisputeWindowOver.selector
                : bodyHash != word.bodyHash || epoch != word.epoch
                    ? Hanko.SignerMismatch.selector
                    : IDepository.ArgumentsGiven.selector;
        try depository.registerArguments(ids[word.by], ids[word.other], word.arguments, word.hanko) {
            // About a body that is there again, after another: as good as before.
            if (expected != IDepository.ArgumentsGiven.selector || argued[pair][word.side].length > 0) broke(REFUSAL);
            argued[pair][word.side] = word.arguments;
        } catch (bytes memory answer) {
            expect(reasonIn(answer), expected, REFUSAL);
        }
    }

    function counterLate(uint256 seed) external watched {
        uint256 pair = disputedPair(seed);
        uint256 windowEnd = disputeOf(pair).windowEnd;
        if (block.timestamp <= windowEnd) VM.warp(windowEnd + 1);
        Proof memory proof = agree(pair, seed, false);
        expect(refusalOfProof(pair, proof), IDepository.DisputeWindowOver.selector, REFUSAL);
    }

    /// @notice One more than may be spent, in every way there is to spend it.
    function overspend(uint256 seed) external watched {
        (uint256 entity, uint256 t) = (draw(seed, "entity", 0, 3), draw(seed, "token", 0, 1));
        if (draw(seed, "debtor", 0, 2) == 0) (entity, t) = owingButNotPoor(seed);
        uint256 pair = pairWith(entity, draw(seed, "other", 0, 2));
        uint256 amount = spendableOf(entity, t) + draw(seed, "more", 1, 1_000);
        Batch memory batch = draw(seed, "way", 0, 1) == 0
            ? spendingAlone(entity, t, amount, seed)
            : spendingInAccount(entity, pair, t, amount, seed);
        expect(refusalOf(entity, batch), IDepository.ReserveInsufficient.selector, REFUSAL);
    }

    function spendingAlone(uint256 entity, uint256 t, uint256 amount, uint256 seed)
        private
        view
        returns (Batch memory batch)
    {
        batch = emptyBatch(entity);
        if (draw(seed, "out", 0, 1) == 0) {
            batch.withdrawals = new Withdrawal[](1);
            batch.withdrawals[0] = Withdrawal(address(0xbeef), tokenId(t), amount);
        } else {
            batch.reserveToReserve = new ReserveToReserve[](1);
            batch.reserveToReserve[0] = ReserveToReserve(ids[(entity + 1) % ENTITIES], tokenId(t), amount);
        }
    }

    /// @dev By a settlement only where there is no dispute, which would be a reason of its own.
    function spendingInAccount(uint256 entity, uint256 pair, uint256 t, uint256 amount, uint256 seed)
        private
        returns (Batch memory batch)
    {
        (uint256 left, uint256 right) = sidesOf(pair);
        batch = emptyBatch(entity);
        if (disputeOf(pair).bodyHash != 0 || draw(seed, "signed", 0, 1) == 0) {
            (uint256 epoch,) = pairOf(pair);
            batch.reserveToCollateral = new ReserveToCollateral[](1);
            batch.reserveToCollateral[0] =
                ReserveToCollateral(ids[entity == left ? right : left], tokenId(t), amount, epoch);
        } else {
            (int256 leftDiff, int256 rightDiff) =
                entity == left ? (-int256(amount), int256(0)) : (int256(0), -int256(amount));
            batch.settlements = new Settlement[](1);
            batch.settlements[0] = settlementOf(pair, t, leftDiff, rightDiff, seed);
        }
    }

    /// @notice All the collateral for one side by its own signature in the place of the other's, and a suit likewise.
    function steal(uint256 seed) external watched {
        (uint256 pair, uint256 t) = (quietPair(seed), draw(seed, "token", 0, 1));
        (uint256 left, uint256 right) = sidesOf(pair);
        (uint256 epoch,) = pairOf(pair);
        (uint256 collateral,) = accountOf(pair, t);
        bool inTheirName = draw(seed, "forged", 0, 1) == 1;
        bytes4 expected = inTheirName ? Hanko.SignerMismatch.selector : IEntityProvider.BoardNotOfEntity.selector;
        Batch memory batch = emptyBatch(left);
        batch.settlements = new Settlement[](1);
        batch.settlements[0] = settlementOf(pair, t, int256(collateral), 0, seed);
        bytes32 digest = depository.settlementDigest(epoch, batch.settlements[0]);
        batch.settlements[0].rightHanko = sealWith(inTheirName ? right : left, left, digest);
        expect(refusalOf(left, batch), expected, REFUSAL);
        Batch memory suit = emptyBatch(right);
        suit.disputeStarts = new DisputeStart[](1);
        Proof memory proof = agree(pair, seed, false);
        suit.disputeStarts[0] = startBy(pair, false, proof);
        suit.disputeStarts[0].counterpartyHanko = sealWith(inTheirName ? left : right, right, proofDigest(pair, proof));
        expect(refusalOf(right, suit), expected, REFUSAL);
    }

    /// @notice A settlement while the account is in dispute.
    function settleInDispute(uint256 seed) external watched {
        uint256 pair = disputedPair(seed);
        (uint256 left,) = sidesOf(pair);
        Batch memory batch = emptyBatch(left);
        batch.settlements = new Settlement[](1);
        batch.settlements[0] = settlementOf(pair, draw(seed, "token", 0, 1), 0, 0, seed);
        expect(refusalOf(left, batch), IDepository.DisputeOpen.selector, REFUSAL);
    }

    /// @notice Collateral for an epoch that is over, or not yet there.
    function fundOtherEpoch(uint256 seed) external watched {
        (uint256 entity, uint256 t) = whoHasMoney(seed);
        uint256 pair = pairWith(entity, draw(seed, "other", 0, 2));
        (uint256 left, uint256 right) = sidesOf(pair);
        (uint256 epoch,) = pairOf(pair);
        Batch memory batch = emptyBatch(entity);
        batch.reserveToCollateral = new ReserveToCollateral[](1);
        uint256 wrong = epoch > 0 && draw(seed, "which", 0, 1) == 0 ? epoch - 1 : epoch + 1;
        batch.reserveToCollateral[0] = ReserveToCollateral(ids[entity == left ? right : left], tokenId(t), 1, wrong);
        expect(refusalOf(entity, batch), IDepository.EpochMismatch.selector, REFUSAL);
    }

    /// @notice What another's wallet approved.
    function depositOfAnother(uint256 seed) external watched {
        (uint256 entity, uint256 t) = (draw(seed, "entity", 0, 3), draw(seed, "token", 0, 1));
        Batch memory batch = emptyBatch(entity);
        mint(address(this), t, 1);
        batch.deposits = new Deposit[](1);
        batch.deposits[0] = Deposit(address(this), tokenId(t), 1);
        expect(refusalOf(entity, batch), IDepository.DepositorNotSender.selector, REFUSAL);
    }

    /// @notice A good transfer before a bad withdrawal, or more of both than a batch holds: nothing of it is done.
    /// @dev A transfer may bring in more than it takes, by the receiver's debts; but never so much as that.
    function half(uint256 seed) external watched {
        (uint256 entity, uint256 t) = whoHasMoney(seed);
        bool tooLong = draw(seed, "long", 0, 3) == 0;
        Batch memory batch = emptyBatch(entity);
        batch.reserveToReserve = new ReserveToReserve[](tooLong ? Limits.OPERATIONS_PER_BATCH : 1);
        for (uint256 i = 0; i < batch.reserveToReserve.length; i++) {
            batch.reserveToReserve[i] = ReserveToReserve(ids[(entity + 1) % ENTITIES], tokenId(t), 1);
        }
        batch.withdrawals = new Withdrawal[](1);
        batch.withdrawals[0] = Withdrawal(address(0xbeef), tokenId(t), tooLong ? 1 : type(uint128).max);
        bytes4 expected = tooLong ? IDepository.BatchTooLong.selector : IDepository.ReserveInsufficient.selector;
        expect(refusalOf(entity, batch), expected, REFUSAL);
    }
}
