// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDepository} from "../interfaces/IDepository.sol";
import {Batch, ReserveToCollateral, ReserveToReserve} from "../types/Batch.sol";
import {EntityId, NOBODY, TokenId} from "../types/Ids.sol";
import {Limits} from "./Limits.sol";

/// @notice What the chain holds for one account in one token.
/// @dev `ondelta` is what LEFT has put in; the rest of `collateral` came from RIGHT.
struct Position {
    uint256 collateral;
    int256 ondelta;
}

/// @notice Every unit of every registered token that the Depository holds is in exactly one of these two.
struct Balances {
    mapping(EntityId entityId => mapping(TokenId tokenId => uint256 amount)) reserves;
    mapping(EntityId left => mapping(EntityId right => mapping(TokenId tokenId => Position))) positions;
}

/// @title Ledger
/// @notice The only code that moves reserves and collateral. Every change is reported with the new absolute values.
library Ledger {
    function addToReserve(Balances storage self, EntityId entityId, TokenId tokenId, uint256 amount) internal {
        if (entityId == NOBODY) revert IDepository.EntityZero();
        setReserve(self, entityId, tokenId, self.reserves[entityId][tokenId] + amount);
    }

    /// @notice Runs the operations of `batch` on behalf of `signer`, or reverts as a whole.
    function run(Balances storage self, EntityId signer, Batch memory batch) internal {
        uint256 operations = batch.reserveToReserve.length + batch.reserveToCollateral.length;
        if (operations > Limits.OPERATIONS_PER_BATCH) {
            revert IDepository.BatchTooLong(operations, Limits.OPERATIONS_PER_BATCH);
        }
        for (uint256 i = 0; i < batch.reserveToReserve.length; i++) {
            reserveToReserve(self, signer, batch.reserveToReserve[i]);
        }
        for (uint256 i = 0; i < batch.reserveToCollateral.length; i++) {
            reserveToCollateral(self, signer, batch.reserveToCollateral[i]);
        }
    }

    function reserveToReserve(Balances storage self, EntityId signer, ReserveToReserve memory operation) private {
        if (operation.to == signer) revert IDepository.TransferToSelf(signer);
        takeFromReserve(self, signer, operation.tokenId, operation.amount);
        addToReserve(self, operation.to, operation.tokenId, operation.amount);
    }

    function reserveToCollateral(Balances storage self, EntityId funder, ReserveToCollateral memory operation) private {
        EntityId other = operation.counterparty;
        if (other == funder) revert IDepository.AccountWithSelf(funder);
        if (other == NOBODY) revert IDepository.EntityZero();
        takeFromReserve(self, funder, operation.tokenId, operation.amount);

        bool funderIsLeft = funder < other;
        (EntityId left, EntityId right) = funderIsLeft ? (funder, other) : (other, funder);
        Position storage position = self.positions[left][right][operation.tokenId];
        position.collateral += operation.amount;
        // An amount is below 2^128, so the cast keeps its value.
        if (funderIsLeft) position.ondelta += int256(operation.amount);
        emit IDepository.AccountSettled(left, right, operation.tokenId, position.collateral, position.ondelta);
    }

    function takeFromReserve(Balances storage self, EntityId entityId, TokenId tokenId, uint256 amount) private {
        if (amount == 0 || amount > Limits.AMOUNT) revert IDepository.AmountOutOfRange(amount, Limits.AMOUNT);
        uint256 available = self.reserves[entityId][tokenId];
        if (available < amount) revert IDepository.ReserveInsufficient(entityId, tokenId, available, amount);
        setReserve(self, entityId, tokenId, available - amount);
    }

    function setReserve(Balances storage self, EntityId entityId, TokenId tokenId, uint256 balance) private {
        self.reserves[entityId][tokenId] = balance;
        emit IDepository.ReserveUpdated(entityId, tokenId, balance);
    }
}
