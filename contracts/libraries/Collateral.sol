// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDepository} from "../interfaces/IDepository.sol";
import {IEntityProvider} from "../interfaces/IEntityProvider.sol";
import {ReserveToCollateral, Settlement, SettlementDiff} from "../types/Batch.sol";
import {Book, Pair, Position} from "../types/Book.sol";
import {EntityId, NO_TOKEN, TokenId} from "../types/Ids.sol";
import {Sides} from "../types/Pair.sol";
import {SettlementTerms} from "../types/Signed.sol";
import {Debts} from "./Debts.sol";
import {Digests} from "./Digests.sol";
import {Limits} from "./Limits.sol";
import {Pairs} from "./Pairs.sol";
import {Reserves} from "./Reserves.sol";

/// @title Collateral
/// @notice Money into accounts by one side, and in and out of them by both.
library Collateral {
    function fund(Book storage book, EntityId funder, ReserveToCollateral memory operation) internal {
        Sides memory sides = Pairs.sidesOf(funder, operation.counterparty);
        Pair storage pair = Pairs.find(book, sides);
        if (operation.epoch != pair.epoch) {
            revert IDepository.EpochMismatch(sides.left, sides.right, pair.epoch, operation.epoch);
        }
        Reserves.take(book, funder, operation.tokenId, operation.amount);
        Position storage position = pair.positions[operation.tokenId];
        position.collateral += operation.amount;
        // An amount is below 2^128, so the cast keeps its value.
        if (funder == sides.left) position.ondelta += int256(operation.amount);
        report(pair, sides, operation.tokenId);
    }

    /// @notice Moves what both sides have signed, on behalf of one of them.
    function settle(Book storage book, IEntityProvider provider, EntityId signer, Settlement memory settlement)
        internal
    {
        Sides memory sides = Pairs.ordered(settlement.left, settlement.right);
        if (!(signer == sides.left || signer == sides.right)) {
            revert IDepository.SettlementOfOthers(signer, sides.left, sides.right);
        }
        Pair storage pair = Pairs.find(book, sides);
        Pairs.requireNoDispute(pair, sides);
        if (block.timestamp > settlement.validUntil) {
            revert IDepository.SettlementExpired(settlement.validUntil, block.timestamp);
        }
        pair.nonce = Pairs.requireNonce(settlement.nonce, pair.nonce, true);
        bytes32 digest = digestOf(sides, pair.epoch, settlement);
        provider.requireSigned(sides.left, digest, settlement.leftHanko, false);
        provider.requireSigned(sides.right, digest, settlement.rightHanko, false);
        moveAll(book, sides, settlement.diffs);
    }

    /// @notice What both sides sign.
    function digestOf(Sides memory sides, uint256 epoch, Settlement memory settlement) internal view returns (bytes32) {
        bytes32 diffsHash = Digests.hashOf(settlement.diffs);
        return Digests.ofSettlement(
            SettlementTerms(Digests.domain(), sides, epoch, settlement.nonce, settlement.validUntil, diffsHash)
        );
    }

    /// @notice Reports the account's state in one token.
    function report(Pair storage pair, Sides memory sides, TokenId tokenId) internal {
        Position storage position = pair.positions[tokenId];
        emit IDepository.AccountSettled(
            sides.left, sides.right, tokenId, position.collateral, position.ondelta, pair.epoch, pair.nonce
        );
    }

    function moveAll(Book storage book, Sides memory sides, SettlementDiff[] memory diffs) private {
        if (diffs.length == 0 || diffs.length > Limits.TOKENS_PER_PROOF) {
            revert IDepository.SettlementSizeInvalid(diffs.length, Limits.TOKENS_PER_PROOF);
        }
        TokenId last = NO_TOKEN;
        for (uint256 i = 0; i < diffs.length; i++) {
            if (!(last < diffs[i].tokenId)) revert IDepository.SettlementNotAscending(i);
            last = diffs[i].tokenId;
            requireBalanced(diffs[i]);
            move(book, sides, diffs[i]);
        }
    }

    function requireBalanced(SettlementDiff memory diff) private pure {
        if (TokenId.unwrap(diff.tokenId) > Limits.TOKEN_ID) revert IDepository.TokenUnknown(diff.tokenId);
        requireInRange(diff.leftDiff);
        requireInRange(diff.rightDiff);
        requireInRange(diff.collateralDiff);
        if (diff.leftDiff + diff.rightDiff + diff.collateralDiff != 0) {
            revert IDepository.SettlementUnbalanced(
                diff.tokenId, diff.leftDiff, diff.rightDiff, diff.collateralDiff
            );
        }
    }

    function requireInRange(int256 diff) private pure {
        int256 limit = int256(Limits.AMOUNT);
        if (diff > limit || diff < -limit) revert IDepository.DiffOutOfRange(diff, Limits.AMOUNT);
    }

    /// @dev Takes before it gives, so that money can go through from one side to the other in one settlement.
    function move(Book storage book, Sides memory sides, SettlementDiff memory diff) private {
        if (diff.leftDiff < 0) Reserves.take(book, sides.left, diff.tokenId, uint256(-diff.leftDiff));
        if (diff.rightDiff < 0) Reserves.take(book, sides.right, diff.tokenId, uint256(-diff.rightDiff));
        Pair storage pair = Pairs.find(book, sides);
        Position storage position = pair.positions[diff.tokenId];
        if (diff.collateralDiff < 0) {
            uint256 needed = uint256(-diff.collateralDiff);
            if (position.collateral < needed) {
                revert IDepository.CollateralInsufficient(
                    sides.left, sides.right, diff.tokenId, position.collateral, needed
                );
            }
            position.collateral -= needed;
        } else {
            position.collateral += uint256(diff.collateralDiff);
        }
        position.ondelta -= diff.leftDiff;
        report(pair, sides, diff.tokenId);
        if (diff.leftDiff > 0) Debts.credit(book, sides.left, diff.tokenId, uint256(diff.leftDiff));
        if (diff.rightDiff > 0) Debts.credit(book, sides.right, diff.tokenId, uint256(diff.rightDiff));
    }
}
