// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDepository} from "../interfaces/IDepository.sol";
import {Book, Pair} from "../types/Book.sol";
import {EntityId, NOBODY} from "../types/Ids.sol";
import {Sides} from "../types/Pair.sol";
import {Limits} from "./Limits.sol";

/// @title Pairs
/// @notice Accounts by their two sides, and the rules of their nonces.
/// @dev nonce = 4·height + k: k is 0 for RIGHT's frame, 1 for LEFT's, 2 for a settlement, 3 for the proof after it. So a
///      settlement is above every proof it was signed over and below every later one.
library Pairs {
    uint256 private constant SLOTS_PER_HEIGHT = 4;
    uint256 private constant SETTLEMENT_SLOT = 2;

    /// @notice An entity and its counterparty, in order.
    function sidesOf(EntityId entityId, EntityId counterparty) internal pure returns (Sides memory) {
        if (entityId == counterparty) revert IDepository.AccountWithSelf(entityId);
        if (entityId == NOBODY || counterparty == NOBODY) revert IDepository.EntityZero();
        return entityId < counterparty ? Sides(entityId, counterparty) : Sides(counterparty, entityId);
    }

    /// @notice Two sides as a caller names them, who must name them in order.
    function ordered(EntityId left, EntityId right) internal pure returns (Sides memory) {
        if (!(left < right)) revert IDepository.PairNotAscending(left, right);
        if (left == NOBODY) revert IDepository.EntityZero();
        return Sides(left, right);
    }

    function find(Book storage book, Sides memory sides) internal view returns (Pair storage) {
        return book.pairs[sides.left][sides.right];
    }

    function isOpen(Pair storage pair) internal view returns (bool) {
        return pair.dispute.bodyHash != 0;
    }

    function requireNoDispute(Pair storage pair, Sides memory sides) internal view {
        if (isOpen(pair)) revert IDepository.DisputeOpen(sides.left, sides.right);
    }

    function requireDispute(Pair storage pair, Sides memory sides) internal view {
        if (!isOpen(pair)) revert IDepository.DisputeNotOpen(sides.left, sides.right);
    }

    /// @return The nonce, which is above `current` and in a settlement's slot if and only if it is for one.
    function requireNonce(uint256 nonce, uint256 current, bool isSettlement) internal pure returns (uint64) {
        if (nonce <= current || nonce > Limits.NONCE) {
            revert IDepository.NonceOutOfRange(nonce, current + 1, Limits.NONCE);
        }
        if ((nonce % SLOTS_PER_HEIGHT == SETTLEMENT_SLOT) != isSettlement) revert IDepository.NonceSlotInvalid(nonce);
        // Limits.NONCE is below 2^64.
        return uint64(nonce);
    }
}
