// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Shares} from "../libraries/Split.sol";

/// @title IDeltaTransformer
/// @notice What the clauses of a proof do to its deltas, and who then gets what. Pure: chain and arguments are given.
interface IDeltaTransformer {
    /// @notice There is one time for each HTLC.
    error RevealTimesLengthInvalid(uint256 expected, uint256 actual);

    /// @notice What to add to the offdelta of each token, in the order of the body's tokens.
    /// @dev HTLCs come first, then swaps, each in body order. What one side pays in one token never exceeds its allowance:
    ///      an HTLC is cut to what is left of it, a swap of which either side cannot pay its whole leg is not filled.
    /// @param body `abi.encode(ProofBody)` with every clause's token among its tokens.
    /// @param revealedAt For each HTLC the second in which its preimage was revealed; 0 when it was not.
    /// @param leftArguments How LEFT fills RIGHT's offers: two bytes each, big-endian, in parts of 65,535, in body order.
    ///        Of any other length they count as empty, which fills nothing.
    /// @param rightArguments How RIGHT fills LEFT's offers.
    function shiftsOf(
        bytes calldata body,
        uint256[] calldata revealedAt,
        bytes calldata leftArguments,
        bytes calldata rightArguments
    ) external pure returns (int256[] memory shifts);

    /// @notice Who gets what of the collateral, and who owes what beyond it, when LEFT's claim is `delta`.
    function divide(uint256 collateral, int256 delta) external pure returns (Shares memory);
}
