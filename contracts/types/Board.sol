// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Who signs for an entity: signatures of members whose weights add up to at least `threshold`.
/// @dev Members strictly ascending, hence unique; `weights` runs parallel to `members`.
struct Board {
    uint16 threshold;
    address[] members;
    uint16[] weights;
}

/// @notice A decoded hanko: a board and signatures of some of its members.
/// @dev Bit i of `signerBitmap` says that member i signed; `signatures` holds 65 bytes r ‖ s ‖ v for every set bit, in
///      member order.
struct Seal {
    Board board;
    uint256 signerBitmap;
    bytes signatures;
}
