// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IDeltaTransformer} from "./interfaces/IDeltaTransformer.sol";
import {IDepository} from "./interfaces/IDepository.sol";
import {IEntityProvider} from "./interfaces/IEntityProvider.sol";
import {Batches} from "./libraries/Batches.sol";
import {Collateral} from "./libraries/Collateral.sol";
import {Debts} from "./libraries/Debts.sol";
import {Digests} from "./libraries/Digests.sol";
import {Disputes} from "./libraries/Disputes.sol";
import {Judgments} from "./libraries/Judgments.sol";
import {Limits} from "./libraries/Limits.sol";
import {Pairs} from "./libraries/Pairs.sol";
import {Reserves} from "./libraries/Reserves.sol";
import {Tokens} from "./libraries/Tokens.sol";
import {Settlement} from "./types/Batch.sol";
import {Book, Debt, DebtQueue, Dispute, Pair, Position} from "./types/Book.sol";
import {Bounds} from "./types/Bounds.sol";
import {EntityId, TokenId} from "./types/Ids.sol";
import {Sides} from "./types/Pair.sol";
import {CounterProof} from "./types/Proof.sol";
import {ArgumentsClaim} from "./types/Signed.sol";

/// @title Depository
/// @notice See {IDepository}. A shell: the libraries do the work on one {Book}, and the provider decides who may.
contract Depository is IDepository, ReentrancyGuardTransient {
    IEntityProvider private immutable provider;
    IDeltaTransformer private immutable transformer;
    Book private book;

    constructor(IEntityProvider entityProvider_, IDeltaTransformer deltaTransformer_) {
        provider = entityProvider_;
        transformer = deltaTransformer_;
    }

    /// @inheritdoc IDepository
    function registerToken(IERC20 token) external returns (TokenId) {
        return Tokens.register(book, token);
    }

    /// @inheritdoc IDepository
    function deposit(EntityId entityId, TokenId tokenId, uint256 amount) external nonReentrant {
        Debts.credit(book, entityId, tokenId, Tokens.pull(book, tokenId, msg.sender, amount));
    }

    /// @inheritdoc IDepository
    function processBatch(bytes calldata batch, bytes calldata hanko, uint256 nonce) external nonReentrant {
        Batches.process(book, provider, batch, hanko, nonce);
    }

    /// @inheritdoc IDepository
    function revealSecret(bytes32 preimage) external {
        bytes32 hashlock = keccak256(abi.encodePacked(preimage));
        if (book.revealedAt[hashlock] != 0) return;
        book.revealedAt[hashlock] = block.timestamp;
        emit SecretRevealed(hashlock, preimage, block.timestamp);
    }

    /// @inheritdoc IDepository
    function registerCounter(EntityId left, EntityId right, CounterProof calldata proof) external nonReentrant {
        Disputes.counter(book, provider, Pairs.ordered(left, right), proof);
    }

    /// @inheritdoc IDepository
    function registerArguments(
        EntityId entity,
        EntityId counterparty,
        bytes calldata arguments,
        bytes calldata hanko
    ) external nonReentrant {
        Disputes.argue(book, provider, entity, counterparty, arguments, hanko);
    }

    /// @inheritdoc IDepository
    function finalize(EntityId left, EntityId right, bytes calldata body) external nonReentrant {
        Judgments.afterDeadline(book, transformer, Pairs.ordered(left, right), body);
    }

    /// @inheritdoc IDepository
    function finalizeAgreed(
        EntityId left,
        EntityId right,
        bytes calldata body,
        bytes calldata leftHanko,
        bytes calldata rightHanko
    ) external nonReentrant {
        Judgments.byAgreement(book, provider, Pairs.ordered(left, right), body, leftHanko, rightHanko);
    }

    /// @inheritdoc IDepository
    function enforceDebts(EntityId debtor, TokenId tokenId, uint256 maxDebts) external nonReentrant {
        Debts.enforce(book, debtor, tokenId, maxDebts);
    }

    /// @inheritdoc IDepository
    function nonceOf(EntityId entityId) external view returns (uint256) {
        return book.batchNonces[entityId];
    }

    /// @inheritdoc IDepository
    function reserveOf(EntityId entityId, TokenId tokenId) external view returns (uint256) {
        return book.reserves[entityId][tokenId];
    }

    /// @inheritdoc IDepository
    function spendableOf(EntityId entityId, TokenId tokenId) external view returns (uint256) {
        return Reserves.spendableOf(book, entityId, tokenId);
    }

    /// @inheritdoc IDepository
    function accountOf(EntityId one, EntityId other, TokenId tokenId) external view returns (uint256, int256) {
        Position storage position = pairAt(one, other).positions[tokenId];
        return (position.collateral, position.ondelta);
    }

    /// @inheritdoc IDepository
    function pairOf(EntityId one, EntityId other) external view returns (uint256, uint256) {
        Pair storage pair = pairAt(one, other);
        return (pair.epoch, pair.nonce);
    }

    /// @inheritdoc IDepository
    function disputeOf(EntityId one, EntityId other) external view returns (Dispute memory) {
        return pairAt(one, other).dispute;
    }

    /// @inheritdoc IDepository
    function debtsOf(EntityId debtor, TokenId tokenId) external view returns (uint256, uint256, uint256) {
        DebtQueue storage queue = book.debts[debtor][tokenId];
        return (queue.outstanding, queue.paid + 1, queue.created);
    }

    /// @inheritdoc IDepository
    function debtOf(EntityId debtor, TokenId tokenId, uint256 debtId) external view returns (EntityId, uint256) {
        Debt storage debt = book.debts[debtor][tokenId].byId[debtId];
        return (debt.creditor, debt.amount);
    }

    /// @inheritdoc IDepository
    function revealedAt(bytes32 hashlock) external view returns (uint256) {
        return book.revealedAt[hashlock];
    }

    /// @inheritdoc IDepository
    function tokenCount() external view returns (uint256) {
        return book.tokens.length;
    }

    /// @inheritdoc IDepository
    function tokenOf(TokenId tokenId) external view returns (address) {
        return address(Tokens.find(book, tokenId));
    }

    /// @inheritdoc IDepository
    function tokenIdOf(address token) external view returns (TokenId) {
        return book.tokenIds[IERC20(token)];
    }

    /// @inheritdoc IDepository
    function batchDigest(EntityId entityId, uint256 nonce, bytes calldata batch) external view returns (bytes32) {
        return Digests.ofBatch(entityId, nonce, keccak256(batch));
    }

    /// @inheritdoc IDepository
    function disputeDigest(
        EntityId left,
        EntityId right,
        uint256 epoch,
        uint256 nonce,
        bytes32 bodyHash,
        bytes32 frameHash
    ) external view returns (bytes32) {
        return Disputes.digestOf(Pairs.ordered(left, right), epoch, nonce, bodyHash, frameHash);
    }

    /// @inheritdoc IDepository
    function settlementDigest(uint256 epoch, Settlement calldata settlement) external view returns (bytes32) {
        return Collateral.digestOf(Pairs.ordered(settlement.left, settlement.right), epoch, settlement);
    }

    /// @inheritdoc IDepository
    function agreementDigest(EntityId left, EntityId right, uint256 epoch, uint256 nonce, bytes32 bodyHash)
        external
        view
        returns (bytes32)
    {
        return Judgments.digestOf(Pairs.ordered(left, right), epoch, nonce, bodyHash);
    }

    /// @inheritdoc IDepository
    function argumentsDigest(
        EntityId entity,
        EntityId counterparty,
        uint256 epoch,
        bytes32 bodyHash,
        bytes calldata arguments
    ) external view returns (bytes32) {
        return Digests.ofArguments(
            ArgumentsClaim(Digests.domain(), entity, counterparty, epoch, bodyHash, keccak256(arguments))
        );
    }

    /// @inheritdoc IDepository
    function limits() external pure returns (Bounds memory) {
        return Limits.all();
    }

    /// @inheritdoc IDepository
    function entityProvider() external view returns (address) {
        return address(provider);
    }

    /// @inheritdoc IDepository
    function deltaTransformer() external view returns (address) {
        return address(transformer);
    }

    function pairAt(EntityId one, EntityId other) private view returns (Pair storage) {
        return Pairs.find(book, one < other ? Sides(one, other) : Sides(other, one));
    }
}
