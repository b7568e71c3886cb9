// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TokenId} from "../types/Ids.sol";
import {HtlcClause, ProofBody, SwapClause, TokenProof} from "../types/Proof.sol";

/// @notice Deltas under way: what was shifted so far, and what each side may still pay, token by token.
struct Shifting {
    TokenProof[] tokens;
    int256[] shifts;
}

/// @title Clauses
/// @notice Conditional payments and swaps, applied to the deltas of a proof. Never reverts for what a side argued.
/// @dev Works on a body of valid shape (see {Proofs}); the allowances in its tokens shrink as they are used up.
library Clauses {
    uint256 private constant WHOLE = type(uint16).max;

    function applyAll(
        ProofBody memory body,
        uint256[] memory revealedAt,
        bytes memory leftArguments,
        bytes memory rightArguments
    ) internal pure returns (int256[] memory) {
        Shifting memory state = Shifting(body.tokens, new int256[](body.tokens.length));
        for (uint256 i = 0; i < body.htlcs.length; i++) {
            HtlcClause memory htlc = body.htlcs[i];
            if (revealedAt[i] == 0 || revealedAt[i] > htlc.expirySeconds) continue;
            pay(state, htlc.tokenId, htlc.byLeft == 1, htlc.amount);
        }
        (uint256 byLeft, uint256 byRight) = countOf(body.swaps);
        // A side resolves what the other one offered.
        bool leftArgued = leftArguments.length == 2 * byRight;
        bool rightArgued = rightArguments.length == 2 * byLeft;
        (byLeft, byRight) = (0, 0);
        for (uint256 i = 0; i < body.swaps.length; i++) {
            SwapClause memory swap = body.swaps[i];
            if (swap.byLeft == 1) {
                if (rightArgued) fill(state, swap, ratioAt(rightArguments, byLeft));
                byLeft++;
            } else {
                if (leftArgued) fill(state, swap, ratioAt(leftArguments, byRight));
                byRight++;
            }
        }
        return state.shifts;
    }

    function countOf(SwapClause[] memory swaps) private pure returns (uint256 byLeft, uint256 byRight) {
        for (uint256 i = 0; i < swaps.length; i++) {
            byLeft += swaps[i].byLeft;
        }
        byRight = swaps.length - byLeft;
    }

    function ratioAt(bytes memory ratios, uint256 index) private pure returns (uint256) {
        return (uint256(uint8(ratios[2 * index])) << 8) | uint8(ratios[2 * index + 1]);
    }

    /// @dev Rounds against whoever fills: the maker gives at most, and gets at least, its price.
    function fill(Shifting memory state, SwapClause memory swap, uint256 ratio) private pure {
        uint256 give = swap.giveAmount * ratio / WHOLE;
        uint256 want = (swap.wantAmount * ratio + WHOLE - 1) / WHOLE;
        bool byLeft = swap.byLeft == 1;
        bool canFill = allowanceOf(state, swap.giveTokenId, byLeft) >= give
            && allowanceOf(state, swap.wantTokenId, !byLeft) >= want;
        if (!canFill) return;
        pay(state, swap.giveTokenId, byLeft, give);
        pay(state, swap.wantTokenId, !byLeft, want);
    }

    function allowanceOf(Shifting memory state, TokenId tokenId, bool ofLeft) private pure returns (uint256) {
        TokenProof memory token = state.tokens[indexOf(state, tokenId)];
        return ofLeft ? token.leftAllowance : token.rightAllowance;
    }

    /// @dev Pays as much of `amount` as the payer's allowance still has.
    function pay(Shifting memory state, TokenId tokenId, bool byLeft, uint256 amount) private pure {
        uint256 index = indexOf(state, tokenId);
        TokenProof memory token = state.tokens[index];
        uint256 allowance = byLeft ? token.leftAllowance : token.rightAllowance;
        uint256 paid = amount < allowance ? amount : allowance;
        // Amounts of clauses are below 2^128, so the cast keeps the value and a hundred of them add up.
        if (byLeft) {
            token.leftAllowance -= paid;
            state.shifts[index] -= int256(paid);
        } else {
            token.rightAllowance -= paid;
            state.shifts[index] += int256(paid);
        }
    }

    /// @dev A clause's token is among the body's; a loop of at most sixteen steps.
    function indexOf(Shifting memory state, TokenId tokenId) private pure returns (uint256 index) {
        while (!(state.tokens[index].tokenId == tokenId)) index++;
    }
}
