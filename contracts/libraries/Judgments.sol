// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDeltaTransformer} from "../interfaces/IDeltaTransformer.sol";
import {IDepository} from "../interfaces/IDepository.sol";
import {IEntityProvider} from "../interfaces/IEntityProvider.sol";
import {Book, Dispute, Pair, Position} from "../types/Book.sol";
import {Sides} from "../types/Pair.sol";
import {HtlcClause, ProofBody, TokenProof} from "../types/Proof.sol";
import {Agreement} from "../types/Signed.sol";
import {Collateral} from "./Collateral.sol";
import {Debts} from "./Debts.sol";
import {Digests} from "./Digests.sol";
import {Limits} from "./Limits.sol";
import {Pairs} from "./Pairs.sol";
import {Proofs} from "./Proofs.sol";
import {Shares, Split} from "./Split.sol";

/// @title Judgments
/// @notice The end of a dispute: collateral is divided by the newest proof, what lacks becomes a debt, and the account
///         begins a new epoch in which nothing signed before is good any more.
library Judgments {
    /// @notice Judges once the window and the clauses of the newest proof have run out.
    function afterDeadline(Book storage book, IDeltaTransformer transformer, Sides memory sides, bytes memory encoded)
        internal
    {
        (Pair storage pair, ProofBody memory body) = requireSelected(book, sides, encoded);
        Dispute storage dispute = pair.dispute;
        (uint256 deadline, uint256[] memory revealedAt) = clauseTimes(book, dispute, body.htlcs);
        if (block.timestamp <= deadline) revert IDepository.DisputeNotYetFinal(deadline, block.timestamp);
        int256[] memory shifts = body.htlcs.length + body.swaps.length == 0
            ? new int256[](body.tokens.length)
            : transformer.shiftsOf(encoded, revealedAt, dispute.leftArguments, dispute.rightArguments);
        judge(book, sides, body.tokens, shifts);
    }

    /// @notice Judges at once by a proof without clauses, because both sides signed that they want it.
    function byAgreement(
        Book storage book,
        IEntityProvider provider,
        Sides memory sides,
        bytes memory encoded,
        bytes memory leftHanko,
        bytes memory rightHanko
    ) internal {
        (Pair storage pair, ProofBody memory body) = requireSelected(book, sides, encoded);
        uint256 clauses = body.htlcs.length + body.swaps.length;
        if (clauses != 0) revert IDepository.DisputeHasClauses(clauses);
        bytes32 digest = digestOf(sides, pair.epoch, pair.dispute.nonce, pair.dispute.bodyHash);
        provider.requireSigned(sides.left, digest, leftHanko, false);
        provider.requireSigned(sides.right, digest, rightHanko, false);
        judge(book, sides, body.tokens, new int256[](body.tokens.length));
    }

    /// @notice What both sides sign to be judged at once.
    function digestOf(Sides memory sides, uint256 epoch, uint256 nonce, bytes32 bodyHash)
        internal
        view
        returns (bytes32)
    {
        return Digests.ofAgreement(Agreement(Digests.domain(), sides, epoch, nonce, bodyHash));
    }

    function requireSelected(Book storage book, Sides memory sides, bytes memory encoded)
        private
        view
        returns (Pair storage pair, ProofBody memory)
    {
        pair = Pairs.find(book, sides);
        Pairs.requireDispute(pair, sides);
        bytes32 actual = keccak256(encoded);
        if (actual != pair.dispute.bodyHash) revert IDepository.BodyMismatch(pair.dispute.bodyHash, actual);
        return (pair, Proofs.decode(encoded));
    }

    /// @dev A preimage may still come until its clause expires, but no lock runs longer than the longest allowed.
    /// @return deadline The last second before the judgment.
    /// @return revealedAt Per HTLC, when its preimage was revealed; 0 while it is not.
    function clauseTimes(Book storage book, Dispute storage dispute, HtlcClause[] memory htlcs)
        private
        view
        returns (uint256 deadline, uint256[] memory revealedAt)
    {
        deadline = dispute.windowEnd;
        uint256 longest = uint256(dispute.startedAt) + Limits.LOCK_SECONDS;
        revealedAt = new uint256[](htlcs.length);
        for (uint256 i = 0; i < htlcs.length; i++) {
            revealedAt[i] = book.revealedAt[htlcs[i].hashlock];
            if (revealedAt[i] != 0) continue;
            uint256 expiry = htlcs[i].expirySeconds < longest ? htlcs[i].expirySeconds : longest;
            if (expiry > deadline) deadline = expiry;
        }
    }

    /// @dev The new epoch begins first, so that what is reported is the account as it stands from now on.
    function judge(Book storage book, Sides memory sides, TokenProof[] memory tokens, int256[] memory shifts) private {
        Pair storage pair = Pairs.find(book, sides);
        uint64 nonce = pair.dispute.nonce;
        pair.epoch += 1;
        pair.nonce = 0;
        delete pair.dispute;
        for (uint256 i = 0; i < tokens.length; i++) {
            judgeToken(book, sides, tokens[i], shifts[i]);
        }
        emit IDepository.DisputeFinalized(sides.left, sides.right, pair.epoch, nonce);
    }

    function judgeToken(Book storage book, Sides memory sides, TokenProof memory token, int256 shift) private {
        Pair storage pair = Pairs.find(book, sides);
        Position memory position = pair.positions[token.tokenId];
        Shares memory shares = Split.divide(position.collateral, position.ondelta + token.offdelta + shift);
        if (position.collateral != 0 || position.ondelta != 0) {
            delete pair.positions[token.tokenId];
            Collateral.report(pair, sides, token.tokenId);
        }
        Debts.credit(book, sides.left, token.tokenId, shares.leftGets);
        Debts.credit(book, sides.right, token.tokenId, shares.rightGets);
        if (shares.leftOwes > 0) Debts.owe(book, sides.left, sides.right, token.tokenId, shares.leftOwes);
        if (shares.rightOwes > 0) Debts.owe(book, sides.right, sides.left, token.tokenId, shares.rightOwes);
    }
}
