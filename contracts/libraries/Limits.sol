// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Limits
/// @notice The bounds that wallets must know before they sign: the same numbers as in runtime/lib/limits.ts, which a
///         test compares.
library Limits {
    /// @dev Keeps a full batch far below a block's gas.
    uint256 internal constant OPERATIONS_PER_BATCH = 50;
    uint256 internal constant BOARD_MEMBERS = 16;
    /// @dev Far below 2^255, so that an ondelta summed from amounts cannot overflow.
    uint256 internal constant AMOUNT = type(uint128).max;
}
