// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {EntityId, TokenId} from "../types/Ids.sol";

/// @title IDepository
/// @notice Holds ERC-20 tokens for entities, as free reserves and as collateral of bilateral accounts.
/// @dev Per token, the sum of all reserves and all collateral never exceeds what the contract holds. Events carry
///      absolute values, so whoever reads only the last one of a kind knows the present. There is no owner.
interface IDepository {
    /// @notice `token` is known as `tokenId` from now on.
    event TokenRegistered(TokenId indexed tokenId, address indexed token);
    /// @notice The reserve of `entityId` is now `balance`.
    event ReserveUpdated(EntityId indexed entityId, TokenId indexed tokenId, uint256 balance);
    /// @notice The account of `left` and `right` now has this collateral and ondelta.
    event AccountSettled(
        EntityId indexed left, EntityId indexed right, TokenId indexed tokenId, uint256 collateral, int256 ondelta
    );
    /// @notice The batch with `batchHash` = keccak256 of its bytes is done; its other events precede this one.
    event BatchProcessed(EntityId indexed entityId, uint256 nonce, bytes32 batchHash);

    error AccountWithSelf(EntityId entityId);
    error AmountOutOfRange(uint256 amount, uint256 limit);
    error BatchNonceInvalid(EntityId entityId, uint256 expected, uint256 actual);
    error BatchTooLong(uint256 operations, uint256 limit);
    error EntityZero();
    error ReserveInsufficient(EntityId entityId, TokenId tokenId, uint256 available, uint256 needed);
    error TokenAlreadyRegistered(address token, TokenId tokenId);
    error TokenUnknown(TokenId tokenId);
    error TokenWithoutCode(address token);
    error TransferToSelf(EntityId entityId);

    /// @notice Gives an ERC-20 the next free number. Anyone may; a bad token harms only those who take it.
    function registerToken(IERC20 token) external returns (TokenId tokenId);

    /// @notice Pulls `amount` (≥ 1) of a registered token from the caller, who has approved it, into the reserve of any
    ///         entity. The reserve grows by what really arrived, which must be 1 to 2^128 − 1.
    function deposit(EntityId entityId, TokenId tokenId, uint256 amount) external;

    /// @notice Runs a batch signed by an entity; all of it or none. Anyone may hand it in.
    /// @param batch `abi.encode(Batch)`.
    /// @param hanko The entity's signature over {batchDigest}.
    /// @param nonce Exactly one more than {nonceOf} the entity.
    function processBatch(bytes calldata batch, bytes calldata hanko, uint256 nonce) external;

    /// @notice The nonce of the entity's last processed batch, 0 before the first.
    function nonceOf(EntityId entityId) external view returns (uint256);
    function reserveOf(EntityId entityId, TokenId tokenId) external view returns (uint256);
    /// @notice What the chain holds for an account; its two sides may be named in any order.
    function accountOf(EntityId one, EntityId other, TokenId tokenId)
        external
        view
        returns (uint256 collateral, int256 ondelta);
    function tokenCount() external view returns (uint256);
    /// @notice The zero address for a number not given yet.
    function tokenOf(TokenId tokenId) external view returns (address);
    /// @notice Zero for a token that is not registered.
    function tokenIdOf(address token) external view returns (TokenId);
    /// @notice What an entity signs to have a batch processed here.
    function batchDigest(EntityId entityId, uint256 nonce, bytes calldata batch) external view returns (bytes32);
    function limits() external pure returns (uint256 operationsPerBatch, uint256 boardMembers, uint256 amount);
}
