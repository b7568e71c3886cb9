// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Bounds} from "../types/Bounds.sol";

/// @title Limits
/// @notice The bounds that wallets must know before they sign: the same numbers as in runtime/lib/limits.ts, which a
///         test compares.
library Limits {
    /// @dev Keeps a full batch far below a block's gas.
    uint256 internal constant OPERATIONS_PER_BATCH = 50;
    uint256 internal constant BOARD_MEMBERS = 16;
    /// @dev Far below 2^255, so that sums of amounts cannot overflow.
    uint256 internal constant AMOUNT = type(uint128).max;
    uint256 internal constant TOKENS_PER_PROOF = 16;
    /// @dev HTLCs and swaps together.
    uint256 internal constant CLAUSES_PER_PROOF = 100;
    uint256 internal constant LOCK_SECONDS = 14 days;
    uint256 internal constant RESPONSE_SECONDS = 14 days;

    /// @dev What wallets can represent: nonces as safe integers of JavaScript, token ids in 32 bits.
    uint256 internal constant NONCE = 2 ** 53 - 1;
    uint256 internal constant TOKEN_ID = type(uint32).max;
    /// @dev An offdelta is a sum of amounts; 2^64 of them at their most still fit, and Δ cannot overflow.
    int256 internal constant OFFDELTA = 2 ** 192 - 1;
    /// @dev Two bytes a swap. Longer arguments count as none.
    uint256 internal constant ARGUMENTS_BYTES = 2 * CLAUSES_PER_PROOF;
    /// @dev How many debts one incoming payment or one shortfall pays at most; `enforceDebts` pays the rest. Keeps the
    ///      dearest judgment within one transaction.
    uint256 internal constant DEBTS_PER_CREDIT = 4;

    /// @notice The table as wallets read it.
    function all() internal pure returns (Bounds memory) {
        return Bounds({
            operationsPerBatch: OPERATIONS_PER_BATCH,
            boardMembers: BOARD_MEMBERS,
            amount: AMOUNT,
            tokensPerProof: TOKENS_PER_PROOF,
            clausesPerProof: CLAUSES_PER_PROOF,
            lockSeconds: LOCK_SECONDS,
            responseSeconds: RESPONSE_SECONDS,
            nonce: NONCE,
            tokenId: TOKEN_ID,
            offdelta: OFFDELTA
        });
    }
}
