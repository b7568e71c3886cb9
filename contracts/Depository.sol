// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IDepository} from "./interfaces/IDepository.sol";
import {Hanko} from "./libraries/Hanko.sol";
import {Balances, Ledger, Position} from "./libraries/Ledger.sol";
import {Limits} from "./libraries/Limits.sol";
import {Batch} from "./types/Batch.sol";
import {Seal} from "./types/Board.sol";
import {EntityId, NO_TOKEN, TokenId} from "./types/Ids.sol";

/// @title Depository
/// @notice See {IDepository}. A shell: {Ledger} moves balances, {Hanko} decides who may.
contract Depository is IDepository, ReentrancyGuardTransient {
    using Hanko for Seal;
    using Ledger for Balances;
    using SafeERC20 for IERC20;

    bytes32 private constant BATCH_TAG = keccak256("xln:batch:v1");

    Balances private balances;
    mapping(EntityId entityId => uint256) private nonces;
    /// @dev The token numbered n is at n − 1.
    IERC20[] private tokens;
    mapping(IERC20 token => TokenId) private tokenIds;

    /// @inheritdoc IDepository
    function registerToken(IERC20 token) external returns (TokenId tokenId) {
        TokenId existing = tokenIds[token];
        if (!(existing == NO_TOKEN)) revert TokenAlreadyRegistered(address(token), existing);
        if (address(token).code.length == 0) revert TokenWithoutCode(address(token));
        tokens.push(token);
        tokenId = TokenId.wrap(tokens.length);
        tokenIds[token] = tokenId;
        emit TokenRegistered(tokenId, address(token));
    }

    /// @inheritdoc IDepository
    function deposit(EntityId entityId, TokenId tokenId, uint256 amount) external nonReentrant {
        IERC20 token = tokenAt(tokenId);
        if (address(token) == address(0)) revert TokenUnknown(tokenId);
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received == 0 || received > Limits.AMOUNT) revert AmountOutOfRange(received, Limits.AMOUNT);
        balances.addToReserve(entityId, tokenId, received);
    }

    /// @inheritdoc IDepository
    function processBatch(bytes calldata batch, bytes calldata hanko, uint256 nonce) external nonReentrant {
        Seal memory seal = Hanko.decode(hanko);
        EntityId signer = Hanko.entityIdOf(seal.board);
        uint256 expected = nonces[signer] + 1;
        if (nonce != expected) revert BatchNonceInvalid(signer, expected, nonce);
        seal.requireSigned(digestOf(signer, nonce, batch));
        nonces[signer] = nonce;
        balances.run(signer, abi.decode(batch, (Batch)));
        emit BatchProcessed(signer, nonce, keccak256(batch));
    }

    /// @inheritdoc IDepository
    function nonceOf(EntityId entityId) external view returns (uint256) {
        return nonces[entityId];
    }

    /// @inheritdoc IDepository
    function reserveOf(EntityId entityId, TokenId tokenId) external view returns (uint256) {
        return balances.reserves[entityId][tokenId];
    }

    /// @inheritdoc IDepository
    function accountOf(EntityId one, EntityId other, TokenId tokenId) external view returns (uint256, int256) {
        Position storage position =
            one < other ? balances.positions[one][other][tokenId] : balances.positions[other][one][tokenId];
        return (position.collateral, position.ondelta);
    }

    /// @inheritdoc IDepository
    function tokenCount() external view returns (uint256) {
        return tokens.length;
    }

    /// @inheritdoc IDepository
    function tokenOf(TokenId tokenId) external view returns (address) {
        return address(tokenAt(tokenId));
    }

    /// @inheritdoc IDepository
    function tokenIdOf(address token) external view returns (TokenId) {
        return tokenIds[IERC20(token)];
    }

    /// @inheritdoc IDepository
    function batchDigest(EntityId entityId, uint256 nonce, bytes calldata batch) external view returns (bytes32) {
        return digestOf(entityId, nonce, batch);
    }

    /// @inheritdoc IDepository
    function limits() external pure returns (uint256, uint256, uint256) {
        return (Limits.OPERATIONS_PER_BATCH, Limits.BOARD_MEMBERS, Limits.AMOUNT);
    }

    /// @dev Zero for a number not given yet.
    function tokenAt(TokenId tokenId) private view returns (IERC20) {
        uint256 number = TokenId.unwrap(tokenId);
        return number == 0 || number > tokens.length ? IERC20(address(0)) : tokens[number - 1];
    }

    function digestOf(EntityId entityId, uint256 nonce, bytes calldata batch) private view returns (bytes32) {
        return keccak256(abi.encode(BATCH_TAG, block.chainid, address(this), entityId, nonce, keccak256(batch)));
    }
}
