// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Batch, DisputeStart} from "../contracts/types/Batch.sol";
import {Limits} from "../contracts/libraries/Limits.sol";
import {EntityId} from "../contracts/types/Ids.sol";
import {ProofBody} from "../contracts/types/Proof.sol";
import {Agreed} from "./Agreed.sol";
import {VM} from "./Vm.sol";

/// @notice The rules: what must hold after every call, whatever was called. And the ways handlers find something to do.
abstract contract Rules is Agreed {
    string internal constant SOLVENCY = "solvency: reserves and collateral are what is held";
    string internal constant CONSERVATION = "conservation: everybody is worth what it should be";
    string internal constant MONOTONIC = "monotonic: nonces and epochs never fall";
    string internal constant DEBT_ORDER = "debts: oldest first, and outstanding is their sum";
    string internal constant FINAL_ONCE = "final: a judgment is made once and in a new epoch";
    string internal constant REFUSAL = "refusal: what must not be done is refused, for what is wrong with it";

    struct Consent {
        bytes32 bodyHash;
        bytes leftHanko;
        bytes rightHanko;
    }

    /// @dev Of the last judgment by agreement.
    Consent[PAIRS] internal lastConsent;
    bytes32[PAIRS] internal lastJudged;

    struct Word {
        uint256 side;
        uint256 by;
        uint256 other;
        uint256 epoch;
        bytes32 bodyHash;
        bytes arguments;
        bytes hanko;
    }

    /// @dev The last arguments that were heard.
    Word[PAIRS] internal lastWord;

    /// @dev What may only rise.
    struct Marks {
        uint256[ENTITIES] nonces;
        uint256[PAIRS] epochs;
        uint256[PAIRS] pairNonces;
        uint256[PAIRS] disputeNonces;
        uint256[2 * ENTITIES] debtsPaid;
    }

    /// @dev As after the last call; nobody else changes anything.
    Marks private reached;

    modifier watched() {
        _;
        Marks memory now_ = marks();
        compare(reached, now_);
        reached = now_;
        for (uint256 entity = 0; entity < ENTITIES; entity++) {
            for (uint256 t = 0; t < TOKENS; t++) {
                noteDebts(entity, t);
            }
        }
    }

    function marks() private view returns (Marks memory now_) {
        for (uint256 i = 0; i < ENTITIES; i++) {
            now_.nonces[i] = depository.nonceOf(ids[i]);
            for (uint256 t = 0; t < TOKENS; t++) {
                (, now_.debtsPaid[TOKENS * i + t],) = depository.debtsOf(ids[i], tokenId(t));
            }
        }
        for (uint256 pair = 0; pair < PAIRS; pair++) {
            (now_.epochs[pair], now_.pairNonces[pair]) = pairOf(pair);
            now_.disputeNonces[pair] = disputeOf(pair).nonce;
        }
    }

    function compare(Marks memory before, Marks memory later) private {
        for (uint256 i = 0; i < ENTITIES; i++) {
            if (later.nonces[i] < before.nonces[i]) broke(MONOTONIC);
        }
        for (uint256 i = 0; i < 2 * ENTITIES; i++) {
            if (later.debtsPaid[i] < before.debtsPaid[i]) broke(DEBT_ORDER);
        }
        for (uint256 pair = 0; pair < PAIRS; pair++) {
            if (later.epochs[pair] < before.epochs[pair]) broke(MONOTONIC);
            if (later.epochs[pair] > before.epochs[pair]) continue;
            if (later.pairNonces[pair] < before.pairNonces[pair]) broke(MONOTONIC);
            if (later.disputeNonces[pair] < before.disputeNonces[pair]) broke(MONOTONIC);
        }
    }

    function noteDebts(uint256 entity, uint256 t) private {
        (,, uint256 last) = depository.debtsOf(ids[entity], tokenId(t));
        for (uint256 id = debtsMade[entity][t].length + 1; id <= last; id++) {
            (, uint256 amount) = depository.debtOf(ids[entity], tokenId(t), id);
            debtsMade[entity][t].push(amount);
        }
    }

    /// @notice The first rule that does not hold; empty when all do.
    function check() external view returns (string memory) {
        if (bytes(violation).length > 0) return violation;
        int256[ENTITIES] memory claims;
        for (uint256 t = 0; t < TOKENS; t++) {
            uint256 sum = donated[t];
            for (uint256 i = 0; i < ENTITIES; i++) {
                uint256 reserve = reserveOf(i, t);
                sum += reserve;
                claims[i] = int256(reserve);
            }
            for (uint256 pair = 0; pair < PAIRS; pair++) {
                (uint256 collateral, int256 ondelta) = accountOf(pair, t);
                (uint256 left, uint256 right) = sidesOf(pair);
                sum += collateral;
                claims[left] += ondelta + offdelta[pair][t];
                claims[right] += int256(collateral) - ondelta - offdelta[pair][t];
            }
            if (sum != heldOf(t)) return SOLVENCY;
            for (uint256 i = 0; i < ENTITIES; i++) {
                if (!addDebts(i, t, claims)) return DEBT_ORDER;
            }
            for (uint256 i = 0; i < ENTITIES; i++) {
                if (claims[i] != worth[i][t]) return CONSERVATION;
            }
        }
        return "";
    }

    /// @dev Takes an entity's debts from its claims and gives them to its creditors.
    /// @return True when the queue is in order.
    function addDebts(uint256 debtor, uint256 t, int256[ENTITIES] memory claims) private view returns (bool) {
        (uint256 outstanding, uint256 first, uint256 last) = depository.debtsOf(ids[debtor], tokenId(t));
        uint256 sum = 0;
        for (uint256 id = first > 1 ? first - 1 : 1; id <= last; id++) {
            (EntityId creditor, uint256 amount) = depository.debtOf(ids[debtor], tokenId(t), id);
            uint256 made = debtsMade[debtor][t][id - 1];
            // Paid to the end, then one that may be paid in part, then untouched ones.
            if (id < first ? amount != 0 : id == first ? amount == 0 || amount > made : amount != made) return false;
            sum += amount;
            for (uint256 i = 0; i < ENTITIES; i++) {
                if (ids[i] == creditor) claims[i] += int256(amount);
            }
        }
        claims[debtor] -= int256(sum);
        return sum == outstanding;
    }

    function addMoney(uint256 entity, uint256 t, uint256 amount) internal {
        mint(address(this), t, amount);
        depository.deposit(ids[entity], tokenId(t), amount);
        worth[entity][t] += int256(amount);
    }

    /// @notice An entity with something to spend, given it when nobody has.
    function whoHasMoney(uint256 seed) internal returns (uint256 entity, uint256 t) {
        uint256 first = draw(seed, "who", 0, 7);
        for (uint256 i = 0; i < 8; i++) {
            (entity, t) = ((first + i) % 8 / 2, (first + i) % 2);
            if (spendableOf(entity, t) > 0) return (entity, t);
        }
        addMoney(entity, t, owedBy(entity, t) + 1_000);
    }

    function pairWith(uint256 entity, uint256 nth) internal pure returns (uint256 pair) {
        for (pair = 0; pair < PAIRS; pair++) {
            (uint256 left, uint256 right) = sidesOf(pair);
            if (left != entity && right != entity) continue;
            if (nth == 0) return pair;
            nth--;
        }
    }

    function findPair(uint256 seed, bool isDisputed) private view returns (uint256) {
        uint256 first = draw(seed, "pair", 0, PAIRS - 1);
        for (uint256 i = 0; i < PAIRS; i++) {
            if ((disputeOf((first + i) % PAIRS).bodyHash != 0) == isDisputed) return (first + i) % PAIRS;
        }
        return PAIRS;
    }

    /// @notice One that is not in dispute, once the first of them is settled when all are.
    function quietPair(uint256 seed) internal returns (uint256 pair) {
        pair = findPair(seed, false);
        if (pair < PAIRS) return pair;
        pair = draw(seed, "pair", 0, PAIRS - 1);
        judgeNow(pair, seed);
    }

    /// @notice Waits until the judgment is due, then has it made by anybody.
    function judgeNow(uint256 pair, uint256 seed) internal {
        ProofBody memory body = selectedBody(pair);
        uint256 deadline = deadlineOf(pair, body);
        if (block.timestamp <= deadline) VM.warp(deadline + draw(seed, "late", 1, 50));
        int256[TOKENS] memory shifts = expectedShifts(pair, body);
        (uint256 left, uint256 right) = sidesOf(pair);
        (uint256 epoch,) = pairOf(pair);
        bytes32 bodyHash = disputeOf(pair).bodyHash;
        depository.finalize(ids[left], ids[right], bodies[bodyHash]);
        judged(pair, epoch, bodyHash, shifts);
    }

    /// @notice A frame without clauses, a dispute by it, and both sides' wish to have it over.
    function judgeByConsent(uint256 pair, uint256 seed) internal {
        Proof memory proof = agree(pair, seed, false);
        startWith(pair, draw(seed, "by", 0, 1) == 1, proof);
        Consent memory consent = consentTo(pair, proof);
        (uint256 left, uint256 right) = sidesOf(pair);
        depository.finalizeAgreed(ids[left], ids[right], bodies[proof.bodyHash], consent.leftHanko, consent.rightHanko);
        lastConsent[pair] = consent;
        int256[TOKENS] memory none;
        judged(pair, proof.epoch, proof.bodyHash, none);
    }

    function disputedPair(uint256 seed) internal returns (uint256 pair) {
        pair = findPair(seed, true);
        if (pair == PAIRS) {
            pair = quietPair(seed);
            openDispute(pair, seed);
        }
    }

    /// @notice One whose window is not over, opened when there is none.
    function pairInWindow(uint256 seed) internal returns (uint256 pair) {
        uint256 first = draw(seed, "pair", 0, PAIRS - 1);
        for (uint256 i = 0; i < PAIRS; i++) {
            pair = (first + i) % PAIRS;
            if (disputeOf(pair).bodyHash != 0 && block.timestamp <= disputeOf(pair).windowEnd) return pair;
        }
        pair = quietPair(seed);
        openDispute(pair, seed);
    }

    function openDispute(uint256 pair, uint256 seed) internal {
        startWith(pair, draw(seed, "by", 0, 1) == 1, goodProof(pair, seed));
    }

    function startWith(uint256 pair, bool byLeft, Proof memory proof) internal {
        (uint256 left, uint256 right) = sidesOf(pair);
        Batch memory batch = emptyBatch(byLeft ? left : right);
        batch.disputeStarts = new DisputeStart[](1);
        batch.disputeStarts[0] = startBy(pair, byLeft, proof);
        submit(byLeft ? left : right, batch);
    }

    function counterWith(uint256 pair, Proof memory proof) internal {
        (uint256 left, uint256 right) = sidesOf(pair);
        if (proof.bodyHash != disputeOf(pair).bodyHash) delete argued[pair];
        depository.registerCounter(ids[left], ids[right], counterOf(pair, proof));
    }

    function argue(uint256 pair, uint256 side, bytes memory arguments) internal {
        (uint256 left, uint256 right) = sidesOf(pair);
        (uint256 by, uint256 other) = side == 0 ? (left, right) : (right, left);
        (uint256 epoch,) = pairOf(pair);
        bytes32 bodyHash = disputeOf(pair).bodyHash;
        bytes memory hanko = sealBy(by, depository.argumentsDigest(ids[by], ids[other], epoch, bodyHash, arguments));
        depository.registerArguments(ids[by], ids[other], arguments, hanko);
        // Longer ones than any body could want are none.
        if (arguments.length == 0 || arguments.length > Limits.ARGUMENTS_BYTES) return;
        argued[pair][side] = arguments;
        lastWord[pair] = Word(side, by, other, epoch, bodyHash, arguments, hanko);
    }

    function selectedBody(uint256 pair) internal view returns (ProofBody memory) {
        return abi.decode(bodies[disputeOf(pair).bodyHash], (ProofBody));
    }

    function deadlineOf(uint256 pair, ProofBody memory body) internal view returns (uint256 deadline) {
        deadline = disputeOf(pair).windowEnd;
        if (body.htlcs.length == 0 || depository.revealedAt(body.htlcs[0].hashlock) != 0) return deadline;
        if (body.htlcs[0].expirySeconds > deadline) deadline = body.htlcs[0].expirySeconds;
    }

    function consentTo(uint256 pair, Proof memory proof) internal view returns (Consent memory) {
        (uint256 left, uint256 right) = sidesOf(pair);
        bytes32 digest = depository.agreementDigest(ids[left], ids[right], proof.epoch, proof.nonce, proof.bodyHash);
        return Consent(proof.bodyHash, sealBy(left, digest), sealBy(right, digest));
    }

    /// @notice Takes note of a judgment that was just made in `epoch`.
    function judged(uint256 pair, uint256 epoch, bytes32 bodyHash, int256[TOKENS] memory shifts) private {
        modelJudgment(pair, abi.decode(bodies[bodyHash], (ProofBody)), shifts);
        lastJudged[pair] = bodyHash;
        delete argued[pair];
        (uint256 newEpoch, uint256 nonce) = pairOf(pair);
        if (newEpoch != epoch + 1 || nonce != 0 || disputeOf(pair).bodyHash != 0) broke(FINAL_ONCE);
    }

    /// @notice A debtor that has something, made when there is none.
    function owingButNotPoor(uint256 seed) internal returns (uint256 entity, uint256 t) {
        uint256 first = draw(seed, "debtor", 0, 7);
        for (uint256 i = 0; i < 8; i++) {
            (entity, t) = ((first + i) % 8 / 2, (first + i) % 2);
            if (reserveOf(entity, t) > 0 && owedBy(entity, t) > 0) return (entity, t);
        }
        return owingCreditor(seed);
    }

    /// @notice Makes a debtor that has something: a creditor that owes, itself, and was paid.
    function owingCreditor(uint256 seed) private returns (uint256 middle, uint256 t) {
        middle = draw(seed, "middle", 0, 3);
        // The token that a proof made by this seed names in any case.
        t = draw(seed, "tokens", 0, 5) == 1 ? 1 : 0;
        uint256 payer = (middle + 2) % ENTITIES;
        makeDebt(payer, middle, t, seed);
        makeDebt(middle, (middle + 1) % ENTITIES, t, seed);
        addMoney(payer, t, owedBy(payer, t));
        depository.enforceDebts(ids[payer], tokenId(t), 100);
        require(reserveOf(middle, t) > 0 && owedBy(middle, t) > 0, "no such debtor");
    }

    /// @dev By a payment of more than the debtor has, and a judgment.
    function makeDebt(uint256 debtor, uint256 creditor, uint256 t, uint256 seed) private {
        (uint256 left, uint256 right) = debtor < creditor ? (debtor, creditor) : (creditor, debtor);
        uint256 pair = left == 0 ? right - 1 : left + right;
        if (disputeOf(pair).bodyHash != 0) judgeNow(pair, seed);
        (uint256 collateral, int256 ondelta) = accountOf(pair, t);
        int256 amount = int256(reserveOf(debtor, t) + owedBy(debtor, t) + 2_000_000);
        int256 claim = debtor == left ? -amount : int256(collateral) + amount;
        modelPayment(pair, t, claim - ondelta - offdelta[pair][t]);
        judgeByConsent(pair, seed);
    }
}
