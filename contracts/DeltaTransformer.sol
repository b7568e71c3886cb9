// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDeltaTransformer} from "./interfaces/IDeltaTransformer.sol";
import {Clauses} from "./libraries/Clauses.sol";
import {Shares, Split} from "./libraries/Split.sol";
import {ProofBody} from "./types/Proof.sol";

/// @title DeltaTransformer
/// @notice See {IDeltaTransformer}. Stateless; holds nothing. A shell over {Clauses} and {Split}.
contract DeltaTransformer is IDeltaTransformer {
    /// @inheritdoc IDeltaTransformer
    function shiftsOf(
        bytes calldata body,
        uint256[] calldata revealedAt,
        bytes calldata leftArguments,
        bytes calldata rightArguments
    ) external pure returns (int256[] memory) {
        ProofBody memory decoded = abi.decode(body, (ProofBody));
        if (revealedAt.length != decoded.htlcs.length) {
            revert RevealTimesLengthInvalid(decoded.htlcs.length, revealedAt.length);
        }
        return Clauses.applyAll(decoded, revealedAt, leftArguments, rightArguments);
    }

    /// @inheritdoc IDeltaTransformer
    function divide(uint256 collateral, int256 delta) external pure returns (Shares memory) {
        return Split.divide(collateral, delta);
    }
}
