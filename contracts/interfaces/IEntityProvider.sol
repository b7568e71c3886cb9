// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Board} from "../types/Board.sol";
import {BoardHash, EntityId} from "../types/Ids.sol";

/// @title IEntityProvider
/// @notice Who signs for an entity. A *lazy* entity's id is the hash of its board, and nothing needs to be written here;
///         a *registered* one has a number. Either may change its board: the board in office proposes, seven days pass,
///         anyone activates. There is no owner.
interface IEntityProvider {
    /// @notice An entity with a number of its own, and its first board.
    event EntityRegistered(EntityId indexed entityId, uint256 number, BoardHash boardHash);
    /// @notice From `activatesAt` on (seconds) the board may be activated; it replaces an earlier proposal.
    event BoardProposed(EntityId indexed entityId, BoardHash boardHash, uint256 activatesAt);
    /// @notice The board that was announced will not come into office.
    event BoardCancelled(EntityId indexed entityId, BoardHash boardHash);
    /// @notice `boardHash` is in office. What the previous board signed counts as evidence through `previousUntil`.
    event BoardActivated(EntityId indexed entityId, BoardHash boardHash, uint256 previousUntil);

    /// @notice An entity's proposals and cancellations are numbered without a gap.
    error BoardNonceInvalid(EntityId entityId, uint256 expected, uint256 actual);
    /// @notice The board that signed is not in office, nor good for evidence where that is asked.
    error BoardNotOfEntity(EntityId entityId, BoardHash boardHash);
    /// @notice No board was announced.
    error BoardNotPending(EntityId entityId);
    /// @notice The board may come into office from `activatesAt` on.
    error BoardNotYetActive(EntityId entityId, uint256 activatesAt, uint256 nowSeconds);

    /// @notice Gives a board an entity of its own, numbered from 1. Anyone may; its members need not know.
    function registerEntity(Board calldata board) external returns (EntityId entityId);

    /// @notice Announces the next board of an entity, lazy or registered.
    /// @param hanko The current board's signature over {proposalDigest}.
    /// @param nonce Exactly one more than {boardNonceOf} the entity.
    function proposeBoard(EntityId entityId, Board calldata newBoard, bytes calldata hanko, uint256 nonce) external;

    /// @notice Takes the announced board back.
    /// @param hanko The current board's signature over {cancellationDigest}.
    function cancelBoard(EntityId entityId, bytes calldata hanko, uint256 nonce) external;

    /// @notice Puts the announced board into office once its time has come. Anyone may.
    function activateBoard(EntityId entityId) external;

    /// @notice Reverts, with the reason, unless `hanko` is the signature of `signer` over `digest`.
    /// @param asEvidence Also takes a board that has left office, for as long as its signatures count as evidence: the
    ///        longest window plus the longest lock.
    function requireSigned(EntityId signer, bytes32 digest, bytes calldata hanko, bool asEvidence) external view;

    /// @notice The hash of the board in office; for an entity never heard of, the one it is lazily.
    function boardHashOf(EntityId entityId) external view returns (BoardHash);
    /// @notice The announced board and when it may be activated; zeros when there is none.
    function pendingBoardOf(EntityId entityId) external view returns (BoardHash boardHash, uint256 activatesAt);
    /// @notice Through which second a board that left office gives evidence; zero for any other.
    function evidenceUntil(EntityId entityId, BoardHash boardHash) external view returns (uint256);
    /// @notice The nonce of the entity's last proposal or cancellation, 0 before the first.
    function boardNonceOf(EntityId entityId) external view returns (uint256);
    /// @notice How many entities are registered: their numbers are 1 to this.
    function entityCount() external view returns (uint256);
    /// @notice What the board in office signs to announce another.
    function proposalDigest(EntityId entityId, uint256 nonce, BoardHash newBoardHash) external view returns (bytes32);
    /// @notice What the board in office signs to take back the one announced.
    function cancellationDigest(EntityId entityId, uint256 nonce, BoardHash newBoardHash)
        external
        view
        returns (bytes32);
}
