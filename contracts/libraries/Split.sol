// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What each side gets of the collateral, and what it owes the other beyond it. At most one side owes.
struct Shares {
    uint256 leftGets;
    uint256 rightGets;
    uint256 leftOwes;
    uint256 rightOwes;
}

/// @title Split
/// @notice The last word on one token of an account.
library Split {
    /// @param delta LEFT's claim; its magnitude is far below 2^255 (see {Limits}).
    function divide(uint256 collateral, int256 delta) internal pure returns (Shares memory shares) {
        if (delta <= 0) {
            shares.rightGets = collateral;
            shares.leftOwes = uint256(-delta);
            return shares;
        }
        uint256 claim = uint256(delta);
        if (claim < collateral) {
            shares.leftGets = claim;
            shares.rightGets = collateral - claim;
        } else {
            shares.leftGets = collateral;
            shares.rightOwes = claim - collateral;
        }
    }
}
