// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDepository} from "../interfaces/IDepository.sol";
import {Book, Debt, DebtQueue} from "../types/Book.sol";
import {EntityId, NOBODY, TokenId} from "../types/Ids.sol";
import {Limits} from "./Limits.sol";
import {Reserves} from "./Reserves.sol";

/// @title Debts
/// @notice What judgments left unpaid. Whatever a debtor receives pays its oldest debts first.
library Debts {
    /// @notice Adds to an entity's reserve, and pays its debts from it.
    function credit(Book storage book, EntityId entityId, TokenId tokenId, uint256 amount) internal {
        if (entityId == NOBODY) revert IDepository.EntityZero();
        if (amount == 0) return;
        Reserves.add(book, entityId, tokenId, amount);
        enforce(book, entityId, tokenId, Limits.DEBTS_PER_CREDIT);
    }

    /// @notice Pays at most `limit` debts, oldest first, as far as the reserve goes.
    /// @dev What a creditor gets stays in its reserve, even if it has debts itself: no chain of payments without end.
    ///      Nothing is lost by that, since a reserve that debts claim cannot be spent.
    function enforce(Book storage book, EntityId debtor, TokenId tokenId, uint256 limit) internal {
        DebtQueue storage queue = book.debts[debtor][tokenId];
        uint256 outstanding = queue.outstanding;
        uint256 reserve = book.reserves[debtor][tokenId];
        if (outstanding == 0 || reserve == 0) return;

        uint64 paid = queue.paid;
        for (uint256 i = 0; i < limit && outstanding > 0 && reserve > 0; i++) {
            uint64 debtId = paid + 1;
            Debt storage debt = queue.byId[debtId];
            EntityId creditor = debt.creditor;
            uint256 owed = debt.amount;
            uint256 payment = owed < reserve ? owed : reserve;
            reserve -= payment;
            outstanding -= payment;
            Reserves.add(book, creditor, tokenId, payment);
            emit IDepository.DebtEnforced(debtor, creditor, tokenId, debtId, owed - payment);
            if (payment == owed) {
                delete queue.byId[debtId];
                paid = debtId;
            } else {
                debt.amount = owed - payment;
            }
        }
        queue.paid = paid;
        queue.outstanding = outstanding;
        Reserves.set(book, debtor, tokenId, reserve);
    }

    /// @notice Makes `debtor` pay `creditor`: older debts come first, then this one is paid from what the debtor may
    ///         spend, and the rest is a new debt.
    function owe(Book storage book, EntityId debtor, EntityId creditor, TokenId tokenId, uint256 amount) internal {
        enforce(book, debtor, tokenId, Limits.DEBTS_PER_CREDIT);
        uint256 available = Reserves.spendableOf(book, debtor, tokenId);
        uint256 payment = amount < available ? amount : available;
        if (payment > 0) {
            Reserves.set(book, debtor, tokenId, book.reserves[debtor][tokenId] - payment);
            credit(book, creditor, tokenId, payment);
        }
        if (payment < amount) append(book, debtor, creditor, tokenId, amount - payment);
    }

    function append(Book storage book, EntityId debtor, EntityId creditor, TokenId tokenId, uint256 amount) private {
        DebtQueue storage queue = book.debts[debtor][tokenId];
        uint64 debtId = ++queue.created;
        queue.byId[debtId] = Debt(creditor, amount);
        queue.outstanding += amount;
        emit IDepository.DebtCreated(debtor, creditor, tokenId, debtId, amount);
    }
}
