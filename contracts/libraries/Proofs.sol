// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Clause, DisputeProof, ProofBody, TokenProof} from "../types/Proof.sol";
import {TokenId} from "../types/Ids.sol";

/// @title Proofs
/// @notice What the two sides of an account sign once per frame, and a court later judges by. Byte for byte the same as
///         runtime/account/proof.ts.
/// @dev Every part is a 32-byte word. Lists are hashed as the concatenation of their items, without offsets or lengths;
///      items are of fixed size, so the concatenation is unambiguous. A body that breaks the rules of its shape has no
///      hash, because nobody could have meant to sign it.
library Proofs {
    error TokensNotAscending(uint256 index);
    error ClauseKindUnknown(uint256 index, uint256 kind);
    error ClauseSideInvalid(uint256 index, uint256 byLeft);
    error PairNotAscending();

    bytes32 internal constant BODY_TAG = keccak256("xln:proof-body:v1");
    bytes32 internal constant DISPUTE_TAG = keccak256("xln:dispute-proof:v1");
    uint256 internal constant KIND_HTLC = 1;
    uint256 private constant WORDS_PER_TOKEN = 4;
    uint256 private constant WORDS_PER_CLAUSE = 7;

    function bodyHash(ProofBody memory body) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                BODY_TAG,
                body.leftResponseSeconds,
                body.rightResponseSeconds,
                tokensHash(body.tokens),
                clausesHash(body.clauses)
            )
        );
    }

    function disputeDigest(DisputeProof memory proof) internal pure returns (bytes32) {
        if (!(proof.left < proof.right)) revert PairNotAscending();
        return keccak256(abi.encode(DISPUTE_TAG, proof));
    }

    function tokensHash(TokenProof[] memory tokens) internal pure returns (bytes32) {
        bytes32[] memory words = new bytes32[](tokens.length * WORDS_PER_TOKEN);
        uint256 last = 0;
        for (uint256 i = 0; i < tokens.length; i++) {
            TokenProof memory token = tokens[i];
            uint256 id = TokenId.unwrap(token.tokenId);
            if (id <= last) revert TokensNotAscending(i);
            last = id;
            uint256 start = i * WORDS_PER_TOKEN;
            words[start] = bytes32(id);
            words[start + 1] = bytes32(uint256(token.offdelta));
            words[start + 2] = bytes32(token.leftAllowance);
            words[start + 3] = bytes32(token.rightAllowance);
        }
        return keccak256(abi.encodePacked(words));
    }

    function clausesHash(Clause[] memory clauses) internal pure returns (bytes32) {
        bytes32[] memory words = new bytes32[](clauses.length * WORDS_PER_CLAUSE);
        for (uint256 i = 0; i < clauses.length; i++) {
            Clause memory clause = clauses[i];
            if (clause.kind != KIND_HTLC) revert ClauseKindUnknown(i, clause.kind);
            if (clause.byLeft > 1) revert ClauseSideInvalid(i, clause.byLeft);
            uint256 start = i * WORDS_PER_CLAUSE;
            words[start] = bytes32(clause.kind);
            words[start + 1] = bytes32(TokenId.unwrap(clause.tokenId));
            words[start + 2] = bytes32(clause.amount);
            words[start + 3] = bytes32(clause.byLeft);
            words[start + 4] = bytes32(clause.expirySeconds);
            words[start + 5] = clause.hashlock;
            words[start + 6] = bytes32(clause.part);
        }
        return keccak256(abi.encodePacked(words));
    }
}
