// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SettlementDiff} from "../types/Batch.sol";
import {EntityId} from "../types/Ids.sol";
import {Agreement, ArgumentsClaim, DisputeProof, Domain, SettlementTerms} from "../types/Signed.sol";

/// @title Digests
/// @notice What entities sign for the Depository: keccak256 of a tag and static words. No digest of one kind can be one
///         of another, nor of another chain or contract.
library Digests {
    bytes32 private constant BATCH = keccak256("xln:batch:v1");
    bytes32 private constant PROOF = keccak256("xln:dispute-proof:v1");
    bytes32 private constant SETTLEMENT = keccak256("xln:settlement:v1");
    bytes32 private constant AGREEMENT = keccak256("xln:dispute-agreement:v1");
    bytes32 private constant ARGUMENTS = keccak256("xln:dispute-arguments:v1");

    /// @dev Of the contract this library is part of.
    function domain() internal view returns (Domain memory) {
        return Domain(block.chainid, address(this));
    }

    function ofBatch(EntityId entityId, uint256 nonce, bytes32 batchHash) internal view returns (bytes32) {
        return keccak256(abi.encode(BATCH, domain(), entityId, nonce, batchHash));
    }

    function ofProof(DisputeProof memory proof) internal pure returns (bytes32) {
        return keccak256(abi.encode(PROOF, proof));
    }

    function ofSettlement(SettlementTerms memory terms) internal pure returns (bytes32) {
        return keccak256(abi.encode(SETTLEMENT, terms));
    }

    function ofAgreement(Agreement memory agreement) internal pure returns (bytes32) {
        return keccak256(abi.encode(AGREEMENT, agreement));
    }

    function ofArguments(ArgumentsClaim memory claim) internal pure returns (bytes32) {
        return keccak256(abi.encode(ARGUMENTS, claim));
    }

    /// @dev The plain sequence of the diffs' words, without offset or length: items are of fixed size.
    function hashOf(SettlementDiff[] memory diffs) internal pure returns (bytes32) {
        bytes memory words;
        for (uint256 i = 0; i < diffs.length; i++) {
            words = bytes.concat(words, abi.encode(diffs[i]));
        }
        return keccak256(words);
    }
}
