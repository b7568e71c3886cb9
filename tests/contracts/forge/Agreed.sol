// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DisputeStart, Settlement, SettlementDiff} from "../contracts/types/Batch.sol";
import {CounterProof, HtlcClause, ProofBody, SwapClause, TokenProof} from "../contracts/types/Proof.sol";
import {Model} from "./Model.sol";

/// @notice What two entities agree on off the chain: payments, proofs with and without clauses, settlements, consent.
///         Every signature that is given here is a good one, and anybody may use it later, at the wrong time too.
abstract contract Agreed is Model {
    /// @dev So that two fuzzers do not draw the same numbers.
    uint256 private immutable salt;
    /// @dev Preimages are numbers from 1.
    uint256 internal preimages;
    Settlement[PAIRS] internal lastSettlement;

    constructor(uint256 salt_) {
        salt = salt_;
    }

    /// @dev A number from `low` to `high`, drawn by `seed` and by what it is for.
    function draw(uint256 seed, string memory what, uint256 low, uint256 high) internal view returns (uint256) {
        return low + uint256(keccak256(abi.encode(salt, seed, what))) % (high - low + 1);
    }

    /// @notice One frame: a payment in each token, and the proof of the state after it.
    function agree(uint256 pair, uint256 seed, bool withClauses) internal returns (Proof memory proof) {
        for (uint256 t = 0; t < TOKENS; t++) {
            modelPayment(pair, t, int256(draw(seed, t == 0 ? "pay0" : "pay1", 0, 1_000_000)) - 500_000);
        }
        height[pair] += 1;
        (proof.epoch,) = pairOf(pair);
        proof.nonce = 4 * height[pair] + draw(seed, "proposer", 0, 1);
        bytes memory body = abi.encode(bodyFor(pair, seed, withClauses));
        proof.bodyHash = keccak256(body);
        bodies[proof.bodyHash] = body;
        proofs[pair].push(proof);
    }

    function bodyFor(uint256 pair, uint256 seed, bool withClauses) private returns (ProofBody memory body) {
        body.leftResponseSeconds = draw(seed, "left seconds", 0, 2_000);
        body.rightResponseSeconds = draw(seed, "right seconds", 0, 2_000);
        // Now and then the proof of an account in one token only.
        uint256 which = withClauses ? 0 : draw(seed, "tokens", 0, 5);
        uint256 first = which == 1 ? 1 : 0;
        uint256 count = which == 1 || which == 2 ? 1 : 2;
        body.tokens = new TokenProof[](count);
        for (uint256 i = 0; i < count; i++) {
            body.tokens[i] = TokenProof({
                tokenId: tokenId(first + i),
                offdelta: offdelta[pair][first + i],
                leftAllowance: draw(seed, i == 0 ? "left may 0" : "left may 1", 0, 60_000),
                rightAllowance: draw(seed, i == 0 ? "right may 0" : "right may 1", 0, 60_000)
            });
        }
        if (!withClauses) return body;
        if (draw(seed, "has lock", 0, 2) > 0) {
            body.htlcs = new HtlcClause[](1);
            body.htlcs[0] = HtlcClause({
                tokenId: tokenId(draw(seed, "lock token", 0, 1)),
                amount: draw(seed, "lock amount", 1, 80_000),
                byLeft: draw(seed, "lock side", 0, 1),
                expirySeconds: block.timestamp + draw(seed, "lock seconds", 0, 4_000),
                hashlock: keccak256(abi.encode(++preimages)),
                part: 0
            });
        }
        if (draw(seed, "has offer", 0, 2) > 0) {
            uint256 give = draw(seed, "give token", 0, 1);
            body.swaps = new SwapClause[](1);
            body.swaps[0] = SwapClause({
                offerId: keccak256(abi.encode(seed)),
                byLeft: draw(seed, "offer side", 0, 1),
                giveTokenId: tokenId(give),
                giveAmount: draw(seed, "give", 0, 80_000),
                wantTokenId: tokenId(1 - give),
                wantAmount: draw(seed, "want", 0, 80_000)
            });
        }
    }

    /// @notice The newest proof of the present epoch that is still good, made now when there is none.
    function newestProof(uint256 pair, uint256 seed) internal returns (Proof memory proof) {
        (uint256 epoch, uint256 nonce) = pairOf(pair);
        uint256 count = proofs[pair].length;
        if (count > 0) {
            proof = proofs[pair][count - 1];
            if (proof.epoch == epoch && proof.nonce > nonce) return proof;
        }
        return agree(pair, seed, draw(seed, "clauses", 0, 1) == 1);
    }

    /// @notice A proof of the present epoch that is still good, the newest or an older one.
    function goodProof(uint256 pair, uint256 seed) internal returns (Proof memory proof) {
        (uint256 epoch, uint256 nonce) = pairOf(pair);
        uint256 count = proofs[pair].length;
        if (count > 0) {
            uint256 back = draw(seed, "how stale", 0, 3);
            proof = proofs[pair][count - 1 - (back < count ? back : 0)];
            if (proof.epoch == epoch && proof.nonce > nonce) return proof;
        }
        return newestProof(pair, seed);
    }

    function proofDigest(uint256 pair, Proof memory proof) internal view returns (bytes32) {
        (uint256 left, uint256 right) = sidesOf(pair);
        return depository.disputeDigest(ids[left], ids[right], proof.epoch, proof.nonce, proof.bodyHash, bytes32(0));
    }

    function startBy(uint256 pair, bool byLeft, Proof memory proof) internal view returns (DisputeStart memory start) {
        (uint256 left, uint256 right) = sidesOf(pair);
        uint256 other = byLeft ? right : left;
        start.counterparty = ids[other];
        start.nonce = proof.nonce;
        start.body = bodies[proof.bodyHash];
        start.counterpartyHanko = sealBy(other, proofDigest(pair, proof));
    }

    function counterOf(uint256 pair, Proof memory proof) internal view returns (CounterProof memory counter) {
        (uint256 left, uint256 right) = sidesOf(pair);
        bytes32 digest = proofDigest(pair, proof);
        counter.nonce = proof.nonce;
        counter.body = bodies[proof.bodyHash];
        counter.leftHanko = sealBy(left, digest);
        counter.rightHanko = sealBy(right, digest);
    }

    /// @notice A settlement in one token over the newest frame, and the proof that holds after it.
    function settlementOf(uint256 pair, uint256 t, int256 leftDiff, int256 rightDiff, uint256 seed)
        internal
        returns (Settlement memory settlement)
    {
        (uint256 epoch, uint256 nonce) = pairOf(pair);
        Proof memory last = newestProof(pair, seed);
        if (4 * height[pair] + 2 <= nonce) last = agree(pair, seed, false);
        settlement.diffs = new SettlementDiff[](1);
        settlement.diffs[0] = SettlementDiff(tokenId(t), leftDiff, rightDiff, -leftDiff - rightDiff);
        settlement.nonce = 4 * height[pair] + 2;
        settlement.validUntil =
            block.timestamp + draw(seed, "valid", 0, draw(seed, "for long", 0, 1) == 0 ? 100 : 100_000);
        proofs[pair].push(Proof(epoch, settlement.nonce + 1, last.bodyHash));
        signSettlement(pair, epoch, settlement);
    }

    function signSettlement(uint256 pair, uint256 epoch, Settlement memory settlement) private view {
        (uint256 left, uint256 right) = sidesOf(pair);
        settlement.left = ids[left];
        settlement.right = ids[right];
        bytes32 digest = depository.settlementDigest(epoch, settlement);
        settlement.leftHanko = sealBy(left, digest);
        settlement.rightHanko = sealBy(right, digest);
    }
}
