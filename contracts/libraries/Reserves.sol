// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDepository} from "../interfaces/IDepository.sol";
import {Book} from "../types/Book.sol";
import {EntityId, TokenId} from "../types/Ids.sol";
import {Limits} from "./Limits.sol";

/// @title Reserves
/// @notice Free money of entities. Every change is reported with the new absolute value.
library Reserves {
    /// @notice What an entity may spend: what outstanding debts claim is no longer its own.
    function spendableOf(Book storage book, EntityId entityId, TokenId tokenId) internal view returns (uint256) {
        uint256 reserve = book.reserves[entityId][tokenId];
        uint256 owed = book.debts[entityId][tokenId].outstanding;
        return reserve > owed ? reserve - owed : 0;
    }

    /// @notice Takes an amount of 1 to 2^128 − 1 out of what the entity may spend.
    function take(Book storage book, EntityId entityId, TokenId tokenId, uint256 amount) internal {
        if (amount == 0 || amount > Limits.AMOUNT) revert IDepository.AmountOutOfRange(amount, Limits.AMOUNT);
        uint256 available = spendableOf(book, entityId, tokenId);
        if (available < amount) revert IDepository.ReserveInsufficient(entityId, tokenId, available, amount);
        set(book, entityId, tokenId, book.reserves[entityId][tokenId] - amount);
    }

    function add(Book storage book, EntityId entityId, TokenId tokenId, uint256 amount) internal {
        set(book, entityId, tokenId, book.reserves[entityId][tokenId] + amount);
    }

    function set(Book storage book, EntityId entityId, TokenId tokenId, uint256 balance) internal {
        book.reserves[entityId][tokenId] = balance;
        emit IDepository.ReserveUpdated(entityId, tokenId, balance);
    }
}
