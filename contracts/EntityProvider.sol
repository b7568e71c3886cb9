// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IEntityProvider} from "./interfaces/IEntityProvider.sol";
import {Hanko} from "./libraries/Hanko.sol";
import {Limits} from "./libraries/Limits.sol";
import {Board, Seal} from "./types/Board.sol";
import {BoardHash, EntityId, NO_BOARD} from "./types/Ids.sol";

/// @title EntityProvider
/// @notice See {IEntityProvider}. {Hanko} checks signatures; this contract knows which board may give them.
contract EntityProvider is IEntityProvider {
    using Hanko for Board;
    using Hanko for Seal;

    /// @dev Time for an entity's counterparties to have every account signed anew, or to go to court.
    uint256 public constant ROTATION_DELAY = 7 days;
    /// @dev A dispute may begin on the last day of an account whose youngest lock is one second old.
    uint256 public constant EVIDENCE_SECONDS = Limits.RESPONSE_SECONDS + Limits.LOCK_SECONDS;

    bytes32 private constant REGISTERED_TAG = keccak256("xln:registered-entity:v1");
    bytes32 private constant PROPOSAL_TAG = keccak256("xln:board:v1");
    bytes32 private constant CANCELLATION_TAG = keccak256("xln:board-cancel:v1");

    /// @dev `current` is zero for an entity that is still its own first board.
    struct Record {
        BoardHash current;
        BoardHash pending;
        uint256 activatesAt;
        uint256 nonce;
        /// @dev Every board that ever left office, so that a second change cannot cut short what the first one owes.
        mapping(BoardHash boardHash => uint256) evidenceUntil;
    }

    mapping(EntityId entityId => Record) private records;
    uint256 private registered;

    /// @inheritdoc IEntityProvider
    function registerEntity(Board calldata board) external returns (EntityId entityId) {
        Board memory first = board;
        first.requireUsable();
        uint256 number = ++registered;
        entityId = EntityId.wrap(keccak256(abi.encode(REGISTERED_TAG, block.chainid, address(this), number)));
        BoardHash boardHash = first.hashOf();
        records[entityId].current = boardHash;
        emit EntityRegistered(entityId, number, boardHash);
    }

    /// @inheritdoc IEntityProvider
    function proposeBoard(EntityId entityId, Board calldata newBoard, bytes calldata hanko, uint256 nonce) external {
        Board memory next = newBoard;
        next.requireUsable();
        BoardHash boardHash = next.hashOf();
        useNonce(entityId, nonce, proposalDigest(entityId, nonce, boardHash), hanko);
        Record storage record = records[entityId];
        record.pending = boardHash;
        record.activatesAt = block.timestamp + ROTATION_DELAY;
        emit BoardProposed(entityId, boardHash, record.activatesAt);
    }

    /// @inheritdoc IEntityProvider
    function cancelBoard(EntityId entityId, bytes calldata hanko, uint256 nonce) external {
        BoardHash boardHash = requirePending(entityId);
        useNonce(entityId, nonce, cancellationDigest(entityId, nonce, boardHash), hanko);
        clearPending(entityId);
        emit BoardCancelled(entityId, boardHash);
    }

    /// @inheritdoc IEntityProvider
    function activateBoard(EntityId entityId) external {
        BoardHash boardHash = requirePending(entityId);
        Record storage record = records[entityId];
        if (block.timestamp < record.activatesAt) {
            revert BoardNotYetActive(entityId, record.activatesAt, block.timestamp);
        }
        uint256 previousUntil = block.timestamp + EVIDENCE_SECONDS;
        record.evidenceUntil[boardHashOf(entityId)] = previousUntil;
        record.current = boardHash;
        clearPending(entityId);
        emit BoardActivated(entityId, boardHash, previousUntil);
    }

    /// @inheritdoc IEntityProvider
    function requireSigned(EntityId signer, bytes32 digest, bytes calldata hanko, bool asEvidence) external view {
        checkSigned(signer, digest, hanko, asEvidence);
    }

    /// @inheritdoc IEntityProvider
    function boardHashOf(EntityId entityId) public view returns (BoardHash) {
        BoardHash current = records[entityId].current;
        return current == NO_BOARD ? BoardHash.wrap(EntityId.unwrap(entityId)) : current;
    }

    /// @inheritdoc IEntityProvider
    function pendingBoardOf(EntityId entityId) external view returns (BoardHash, uint256) {
        return (records[entityId].pending, records[entityId].activatesAt);
    }

    /// @inheritdoc IEntityProvider
    function evidenceUntil(EntityId entityId, BoardHash boardHash) external view returns (uint256) {
        return records[entityId].evidenceUntil[boardHash];
    }

    /// @inheritdoc IEntityProvider
    function boardNonceOf(EntityId entityId) external view returns (uint256) {
        return records[entityId].nonce;
    }

    /// @inheritdoc IEntityProvider
    function entityCount() external view returns (uint256) {
        return registered;
    }

    /// @inheritdoc IEntityProvider
    function proposalDigest(EntityId entityId, uint256 nonce, BoardHash newBoardHash) public view returns (bytes32) {
        return keccak256(abi.encode(PROPOSAL_TAG, block.chainid, address(this), entityId, nonce, newBoardHash));
    }

    /// @inheritdoc IEntityProvider
    function cancellationDigest(EntityId entityId, uint256 nonce, BoardHash newBoardHash)
        public
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(CANCELLATION_TAG, block.chainid, address(this), entityId, nonce, newBoardHash));
    }

    function requirePending(EntityId entityId) private view returns (BoardHash boardHash) {
        boardHash = records[entityId].pending;
        if (boardHash == NO_BOARD) revert BoardNotPending(entityId);
    }

    function clearPending(EntityId entityId) private {
        records[entityId].pending = NO_BOARD;
        records[entityId].activatesAt = 0;
    }

    function useNonce(EntityId entityId, uint256 nonce, bytes32 digest, bytes calldata hanko) private {
        uint256 expected = records[entityId].nonce + 1;
        if (nonce != expected) revert BoardNonceInvalid(entityId, expected, nonce);
        checkSigned(entityId, digest, hanko, false);
        records[entityId].nonce = nonce;
    }

    function checkSigned(EntityId signer, bytes32 digest, bytes calldata hanko, bool asEvidence) private view {
        Seal memory seal = Hanko.decode(hanko);
        BoardHash boardHash = seal.board.hashOf();
        if (!(boardHash == boardHashOf(signer))) {
            uint256 until = asEvidence ? records[signer].evidenceUntil[boardHash] : 0;
            if (until == 0 || block.timestamp > until) revert BoardNotOfEntity(signer, boardHash);
        }
        seal.requireSigned(digest);
    }
}
