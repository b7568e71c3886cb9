// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Hanko} from "./libraries/Hanko.sol";
import {Proofs} from "./libraries/Proofs.sol";
import {Seal} from "./types/Board.sol";
import {EntityId} from "./types/Ids.sol";
import {DisputeProof, ProofBody} from "./types/Proof.sol";

/// @title ProofVerifier
/// @notice The dispute proof's hashes and signature check as plain calls, for wallets that doubt their own arithmetic
///         and for the vectors that hold the runtime to them. Stateless; holds nothing.
contract ProofVerifier {
    using Hanko for Seal;

    /// @notice The hash of an account's disputable state.
    function bodyHash(ProofBody calldata body) external pure returns (bytes32) {
        return Proofs.bodyHash(body);
    }

    /// @notice What each side signs once per frame.
    function disputeDigest(DisputeProof calldata proof) external pure returns (bytes32) {
        return Proofs.disputeDigest(proof);
    }

    /// @notice The entity whose board signed `digest`; reverts with the reason when the hanko is not valid for it.
    function signerOf(bytes calldata hanko, bytes32 digest) external pure returns (EntityId) {
        Seal memory seal = Hanko.decode(hanko);
        seal.requireSigned(digest);
        return Hanko.entityIdOf(seal.board);
    }

    /// @notice Reverts unless `hanko` is the signature of one of the two sides over `proof`.
    /// @return left True when LEFT signed.
    function signedByLeft(DisputeProof calldata proof, bytes calldata hanko) external pure returns (bool left) {
        Seal memory seal = Hanko.decode(hanko);
        EntityId signer = Hanko.entityIdOf(seal.board);
        left = signer == proof.left;
        if (!left && !(signer == proof.right)) revert SignerNotInPair(signer);
        seal.requireSigned(Proofs.disputeDigest(proof));
    }

    error SignerNotInPair(EntityId signer);
}
