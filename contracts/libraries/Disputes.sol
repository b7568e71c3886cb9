// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDepository} from "../interfaces/IDepository.sol";
import {IEntityProvider} from "../interfaces/IEntityProvider.sol";
import {DisputeStart} from "../types/Batch.sol";
import {Book, Dispute, Pair} from "../types/Book.sol";
import {EntityId} from "../types/Ids.sol";
import {Sides} from "../types/Pair.sol";
import {CounterProof, ProofBody} from "../types/Proof.sol";
import {ArgumentsClaim, DisputeProof} from "../types/Signed.sol";
import {Digests} from "./Digests.sol";
import {Limits} from "./Limits.sol";
import {Pairs} from "./Pairs.sol";
import {Proofs} from "./Proofs.sol";

/// @title Disputes
/// @notice The course of a dispute until its judgment: one side starts it, newer proofs may follow until the window ends.
library Disputes {
    /// @notice Opens the case with a proof the other side signed, which has as long to answer as the proof says, fourteen
    ///         days at most.
    function start(Book storage book, IEntityProvider provider, EntityId starter, DisputeStart memory operation)
        internal
    {
        Sides memory sides = Pairs.sidesOf(starter, operation.counterparty);
        Pair storage pair = Pairs.find(book, sides);
        Pairs.requireNoDispute(pair, sides);
        uint64 nonce = Pairs.requireNonce(operation.nonce, pair.nonce, false);
        bytes32 bodyHash = keccak256(operation.body);
        bytes32 digest = digestOf(sides, pair.epoch, nonce, bodyHash, operation.frameHash);
        provider.requireSigned(operation.counterparty, digest, operation.counterpartyHanko, true);

        bool byLeft = starter == sides.left;
        Dispute storage dispute = pair.dispute;
        dispute.byLeft = byLeft;
        dispute.startedAt = uint64(block.timestamp);
        dispute.windowEnd = uint64(block.timestamp + windowOf(Proofs.decodeValid(operation.body), byLeft));
        dispute.nonce = nonce;
        dispute.bodyHash = bodyHash;
        emit IDepository.DisputeStarted(
            sides.left, sides.right, byLeft, pair.epoch, nonce, dispute.windowEnd, operation.body
        );
        if (operation.arguments.length > 0) setArguments(pair, sides, starter, operation.arguments);
    }

    /// @notice Puts a newer proof, which both sides signed, in the place of the one there is.
    /// @dev What was argued was about the swaps of the body that gives way, and must not fill those of another.
    function counter(Book storage book, IEntityProvider provider, Sides memory sides, CounterProof memory proof)
        internal
    {
        Pair storage pair = Pairs.find(book, sides);
        requireWindow(pair, sides);
        Dispute storage dispute = pair.dispute;
        uint64 nonce = Pairs.requireNonce(proof.nonce, dispute.nonce, false);
        bytes32 bodyHash = keccak256(proof.body);
        bytes32 digest = digestOf(sides, pair.epoch, nonce, bodyHash, proof.frameHash);
        provider.requireSigned(sides.left, digest, proof.leftHanko, true);
        provider.requireSigned(sides.right, digest, proof.rightHanko, true);
        Proofs.decodeValid(proof.body);
        dispute.nonce = nonce;
        if (bodyHash != dispute.bodyHash) {
            delete dispute.leftArguments;
            delete dispute.rightArguments;
        }
        dispute.bodyHash = bodyHash;
        emit IDepository.CounterProofRegistered(sides.left, sides.right, pair.epoch, nonce, proof.body);
    }

    /// @notice Says how `entity` fills the swaps it was offered in the newest proof; its first word stands.
    /// @dev Bound to the body, and not to be taken back: what an entity once signed can be handed in again by anybody.
    function argue(
        Book storage book,
        IEntityProvider provider,
        EntityId entity,
        EntityId counterparty,
        bytes memory arguments,
        bytes memory hanko
    ) internal {
        Sides memory sides = Pairs.sidesOf(entity, counterparty);
        Pair storage pair = Pairs.find(book, sides);
        requireWindow(pair, sides);
        bytes32 digest = Digests.ofArguments(
            ArgumentsClaim(
                Digests.domain(), entity, counterparty, pair.epoch, pair.dispute.bodyHash, keccak256(arguments)
            )
        );
        provider.requireSigned(entity, digest, hanko, false);
        setArguments(pair, sides, entity, arguments);
    }

    /// @notice What each side signs once per frame.
    function digestOf(Sides memory sides, uint256 epoch, uint256 nonce, bytes32 bodyHash, bytes32 frameHash)
        internal
        view
        returns (bytes32)
    {
        return Digests.ofProof(DisputeProof(Digests.domain(), sides, epoch, nonce, bodyHash, frameHash));
    }

    /// @dev The other side's time to answer.
    function windowOf(ProofBody memory body, bool byLeft) private pure returns (uint256 window) {
        window = byLeft ? body.rightResponseSeconds : body.leftResponseSeconds;
        if (window > Limits.RESPONSE_SECONDS) window = Limits.RESPONSE_SECONDS;
    }

    function requireWindow(Pair storage pair, Sides memory sides) private view {
        Pairs.requireDispute(pair, sides);
        uint256 windowEnd = pair.dispute.windowEnd;
        if (block.timestamp > windowEnd) revert IDepository.DisputeWindowOver(windowEnd, block.timestamp);
    }

    /// @dev Empty ones are none, and may still be followed by others.
    function setArguments(Pair storage pair, Sides memory sides, EntityId entity, bytes memory arguments) private {
        bool byLeft = entity == sides.left;
        uint256 given = byLeft ? pair.dispute.leftArguments.length : pair.dispute.rightArguments.length;
        if (given > 0) revert IDepository.ArgumentsGiven(entity);
        bytes memory kept = arguments.length > Limits.ARGUMENTS_BYTES ? bytes("") : arguments;
        if (byLeft) pair.dispute.leftArguments = kept;
        else pair.dispute.rightArguments = kept;
        emit IDepository.ArgumentsRegistered(sides.left, sides.right, byLeft, pair.epoch, kept);
    }
}
