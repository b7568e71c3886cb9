// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TokenId} from "../types/Ids.sol";
import {HtlcClause, ProofBody, SwapClause, TokenProof} from "../types/Proof.sol";
import {Limits} from "./Limits.sol";

/// @title Proofs
/// @notice The shape of what a court judges by. Byte for byte what runtime/account/proof.ts writes.
/// @dev A body that passes here can be judged: nothing later in its dispute can fail because of what it says. So whoever
///      signs bodies must hold them to the same rules.
library Proofs {
    error BodyLengthInvalid(uint256 expected, uint256 actual);
    error ClauseAmountOutOfRange(uint256 index, uint256 amount, uint256 limit);
    error ClauseSideInvalid(uint256 index, uint256 byLeft);
    error ClauseTokenMissing(uint256 index, TokenId tokenId);
    error ClausesTooMany(uint256 clauses, uint256 limit);
    error OffdeltaOutOfRange(TokenId tokenId, int256 offdelta, int256 limit);
    error TokenIdOutOfRange(TokenId tokenId, uint256 limit);
    error TokensNotAscending(uint256 index);
    error TokensTooMany(uint256 tokens, uint256 limit);

    /// @dev An offset, then two words and three offsets, then three lengths.
    uint256 private constant FIXED_WORDS = 9;
    uint256 private constant WORDS_PER_TOKEN = 4;
    uint256 private constant WORDS_PER_CLAUSE = 6;

    function decode(bytes memory encoded) internal pure returns (ProofBody memory) {
        return abi.decode(encoded, (ProofBody));
    }

    /// @notice Decodes a body, or reverts when it breaks the rules of its shape.
    function decodeValid(bytes memory encoded) internal pure returns (ProofBody memory body) {
        body = decode(encoded);
        uint256 clauses = body.htlcs.length + body.swaps.length;
        if (clauses > Limits.CLAUSES_PER_PROOF) revert ClausesTooMany(clauses, Limits.CLAUSES_PER_PROOF);
        requireTokens(body.tokens);
        requireHtlcs(body);
        requireSwaps(body);
        // Nothing may hide in it: whoever reads events must be able to rely on the size of bodies.
        uint256 words = FIXED_WORDS + WORDS_PER_TOKEN * body.tokens.length + WORDS_PER_CLAUSE * clauses;
        if (encoded.length != 32 * words) revert BodyLengthInvalid(32 * words, encoded.length);
    }

    function requireTokens(TokenProof[] memory tokens) private pure {
        if (tokens.length > Limits.TOKENS_PER_PROOF) revert TokensTooMany(tokens.length, Limits.TOKENS_PER_PROOF);
        TokenId last = TokenId.wrap(0);
        for (uint256 i = 0; i < tokens.length; i++) {
            TokenProof memory token = tokens[i];
            if (!(last < token.tokenId)) revert TokensNotAscending(i);
            last = token.tokenId;
            if (TokenId.unwrap(last) > Limits.TOKEN_ID) revert TokenIdOutOfRange(last, Limits.TOKEN_ID);
            if (token.offdelta > Limits.OFFDELTA || token.offdelta < -Limits.OFFDELTA) {
                revert OffdeltaOutOfRange(last, token.offdelta, Limits.OFFDELTA);
            }
        }
    }

    function requireHtlcs(ProofBody memory body) private pure {
        for (uint256 i = 0; i < body.htlcs.length; i++) {
            HtlcClause memory htlc = body.htlcs[i];
            requireClause(body.tokens, i, htlc.byLeft, htlc.tokenId, htlc.amount);
        }
    }

    /// @dev Swaps are counted on from the HTLCs.
    function requireSwaps(ProofBody memory body) private pure {
        for (uint256 i = 0; i < body.swaps.length; i++) {
            SwapClause memory swap = body.swaps[i];
            uint256 index = body.htlcs.length + i;
            requireClause(body.tokens, index, swap.byLeft, swap.giveTokenId, swap.giveAmount);
            requireClause(body.tokens, index, swap.byLeft, swap.wantTokenId, swap.wantAmount);
        }
    }

    function requireClause(TokenProof[] memory tokens, uint256 index, uint256 byLeft, TokenId tokenId, uint256 amount)
        private
        pure
    {
        if (byLeft > 1) revert ClauseSideInvalid(index, byLeft);
        if (amount > Limits.AMOUNT) revert ClauseAmountOutOfRange(index, amount, Limits.AMOUNT);
        for (uint256 i = 0; i < tokens.length; i++) {
            if (tokens[i].tokenId == tokenId) return;
        }
        revert ClauseTokenMissing(index, tokenId);
    }
}
