// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDepository} from "../interfaces/IDepository.sol";
import {IEntityProvider} from "../interfaces/IEntityProvider.sol";
import {Batch, Deposit, ReserveToReserve, Withdrawal} from "../types/Batch.sol";
import {Book} from "../types/Book.sol";
import {EntityId} from "../types/Ids.sol";
import {Collateral} from "./Collateral.sol";
import {Debts} from "./Debts.sol";
import {Digests} from "./Digests.sol";
import {Disputes} from "./Disputes.sol";
import {Limits} from "./Limits.sol";
import {Reserves} from "./Reserves.sol";
import {Tokens} from "./Tokens.sol";

/// @title Batches
/// @notice What an entity has done by its own signature: all of a batch or none of it.
library Batches {
    /// @notice Checks nonce and signature, then runs the operations in the order of the batch's fields.
    function process(
        Book storage book,
        IEntityProvider provider,
        bytes memory encoded,
        bytes memory hanko,
        uint256 nonce
    ) internal {
        Batch memory batch = abi.decode(encoded, (Batch));
        EntityId signer = batch.entityId;
        uint256 expected = book.batchNonces[signer] + 1;
        if (nonce != expected) revert IDepository.BatchNonceInvalid(signer, expected, nonce);
        bytes32 batchHash = keccak256(encoded);
        provider.requireSigned(signer, Digests.ofBatch(signer, nonce, batchHash), hanko, false);
        book.batchNonces[signer] = nonce;
        run(book, provider, batch);
        emit IDepository.BatchProcessed(signer, nonce, batchHash);
    }

    function run(Book storage book, IEntityProvider provider, Batch memory batch) private {
        requireBounded(batch);
        for (uint256 i = 0; i < batch.deposits.length; i++) {
            deposit(book, batch.entityId, batch.deposits[i]);
        }
        for (uint256 i = 0; i < batch.reserveToReserve.length; i++) {
            transfer(book, batch.entityId, batch.reserveToReserve[i]);
        }
        for (uint256 i = 0; i < batch.settlements.length; i++) {
            Collateral.settle(book, provider, batch.entityId, batch.settlements[i]);
        }
        for (uint256 i = 0; i < batch.disputeStarts.length; i++) {
            Disputes.start(book, provider, batch.entityId, batch.disputeStarts[i]);
        }
        for (uint256 i = 0; i < batch.reserveToCollateral.length; i++) {
            Collateral.fund(book, batch.entityId, batch.reserveToCollateral[i]);
        }
        for (uint256 i = 0; i < batch.withdrawals.length; i++) {
            withdraw(book, batch.entityId, batch.withdrawals[i]);
        }
    }

    function requireBounded(Batch memory batch) private pure {
        uint256 operations = batch.deposits.length + batch.reserveToReserve.length + batch.settlements.length
            + batch.disputeStarts.length + batch.reserveToCollateral.length + batch.withdrawals.length;
        if (operations > Limits.OPERATIONS_PER_BATCH) {
            revert IDepository.BatchTooLong(operations, Limits.OPERATIONS_PER_BATCH);
        }
    }

    /// @dev An approval given to this contract must not let another entity's batch take the money.
    function deposit(Book storage book, EntityId entityId, Deposit memory operation) private {
        if (operation.from != msg.sender) revert IDepository.DepositorNotSender(operation.from, msg.sender);
        uint256 received = Tokens.pull(book, operation.tokenId, operation.from, operation.amount);
        Debts.credit(book, entityId, operation.tokenId, received);
    }

    function transfer(Book storage book, EntityId entityId, ReserveToReserve memory operation) private {
        if (operation.to == entityId) revert IDepository.TransferToSelf(entityId);
        Reserves.take(book, entityId, operation.tokenId, operation.amount);
        Debts.credit(book, operation.to, operation.tokenId, operation.amount);
    }

    function withdraw(Book storage book, EntityId entityId, Withdrawal memory operation) private {
        Reserves.take(book, entityId, operation.tokenId, operation.amount);
        Tokens.push(book, operation.tokenId, operation.to, operation.amount);
    }
}
