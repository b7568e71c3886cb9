// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Dispute} from "../contracts/types/Book.sol";
import {EntityId} from "../contracts/types/Ids.sol";
import {HtlcClause, ProofBody, SwapClause, TokenProof} from "../contracts/types/Proof.sol";
import {Cast} from "./Cast.sol";

/// @notice What should be true: what every entity is worth, counting its reserve, its claims in accounts as last agreed
///         off the chain, what others owe it and what it owes. Only four things change that: money from outside, money
///         to outside, a payment, and a judgment by another proof than the last.
abstract contract Model is Cast {
    /// @notice A proof both sides signed.
    struct Proof {
        uint256 epoch;
        uint256 nonce;
        bytes32 bodyHash;
    }

    mapping(bytes32 bodyHash => bytes) internal bodies;
    int256[TOKENS][ENTITIES] internal worth;
    /// @dev What came into the Depository past its books.
    uint256[TOKENS] internal donated;
    /// @dev As of the newest proof of the present epoch.
    int256[TOKENS][PAIRS] internal offdelta;
    uint256[PAIRS] internal height;
    Proof[][PAIRS] internal proofs;
    /// @dev How LEFT, and how RIGHT, fills the swaps of the newest proof of an open dispute.
    bytes[2][PAIRS] internal argued;
    /// @dev The debts as they were made, by debtor and token; numbered from 0 here.
    uint256[][TOKENS][ENTITIES] internal debtsMade;
    /// @notice The first rule that was seen broken by a handler; the invariants fail by its text.
    string public violation;

    function broke(string memory rule) internal {
        if (bytes(violation).length == 0) violation = rule;
    }

    function reserveOf(uint256 entity, uint256 t) internal view returns (uint256) {
        return depository.reserveOf(ids[entity], tokenId(t));
    }

    function owedBy(uint256 entity, uint256 t) internal view returns (uint256 outstanding) {
        (outstanding,,) = depository.debtsOf(ids[entity], tokenId(t));
    }

    /// @dev Worked out here, not asked of the contract.
    function spendableOf(uint256 entity, uint256 t) internal view returns (uint256) {
        (uint256 reserve, uint256 owed) = (reserveOf(entity, t), owedBy(entity, t));
        return reserve > owed ? reserve - owed : 0;
    }

    function accountOf(uint256 pair, uint256 t) internal view returns (uint256 collateral, int256 ondelta) {
        (uint256 left, uint256 right) = sidesOf(pair);
        return depository.accountOf(ids[left], ids[right], tokenId(t));
    }

    function pairOf(uint256 pair) internal view returns (uint256 epoch, uint256 nonce) {
        (uint256 left, uint256 right) = sidesOf(pair);
        return depository.pairOf(ids[left], ids[right]);
    }

    function disputeOf(uint256 pair) internal view returns (Dispute memory) {
        (uint256 left, uint256 right) = sidesOf(pair);
        return depository.disputeOf(ids[left], ids[right]);
    }

    /// @dev A payment off the chain: RIGHT pays LEFT when `amount` is positive.
    function modelPayment(uint256 pair, uint256 t, int256 amount) internal {
        (uint256 left, uint256 right) = sidesOf(pair);
        offdelta[pair][t] += amount;
        worth[left][t] += amount;
        worth[right][t] -= amount;
    }

    /// @dev A judgment by `body`: the last agreed state gives way to it, clauses are added, and the account is empty.
    ///      A token the body leaves out keeps its collateral, but what was agreed about it is void.
    function modelJudgment(uint256 pair, ProofBody memory body, int256[TOKENS] memory shifts) internal {
        int256[TOKENS] memory judged;
        for (uint256 i = 0; i < body.tokens.length; i++) {
            uint256 t = unwrapped(body.tokens[i]);
            judged[t] = body.tokens[i].offdelta + shifts[t];
        }
        for (uint256 t = 0; t < TOKENS; t++) {
            modelPayment(pair, t, judged[t] - offdelta[pair][t]);
            // Paid out, or owed: the claim has left the account.
            offdelta[pair][t] = 0;
        }
        height[pair] = 0;
    }

    function unwrapped(TokenProof memory token) internal pure returns (uint256) {
        for (uint256 t = 0; t < TOKENS; t++) {
            if (token.tokenId == tokenId(t)) return t;
        }
        revert("no such token");
    }

    /// @dev What the clauses of a body should do, worked out apart from the contracts. Bodies here have at most one
    ///      lock and one offer.
    function expectedShifts(uint256 pair, ProofBody memory body) internal view returns (int256[TOKENS] memory shifts) {
        int256[TOKENS] memory leftMay;
        int256[TOKENS] memory rightMay;
        for (uint256 i = 0; i < body.tokens.length; i++) {
            leftMay[unwrapped(body.tokens[i])] = int256(body.tokens[i].leftAllowance);
            rightMay[unwrapped(body.tokens[i])] = int256(body.tokens[i].rightAllowance);
        }
        if (body.htlcs.length > 0) {
            HtlcClause memory htlc = body.htlcs[0];
            uint256 revealed = depository.revealedAt(htlc.hashlock);
            uint256 t = htlc.tokenId == tokenId(0) ? 0 : 1;
            if (revealed != 0 && revealed <= htlc.expirySeconds) {
                int256[TOKENS] memory may = htlc.byLeft == 1 ? leftMay : rightMay;
                int256 paid = int256(htlc.amount) < may[t] ? int256(htlc.amount) : may[t];
                may[t] -= paid;
                shifts[t] += htlc.byLeft == 1 ? -paid : paid;
            }
        }
        if (body.swaps.length > 0) {
            SwapClause memory swap = body.swaps[0];
            bytes memory arguments = argued[pair][swap.byLeft];
            if (arguments.length != 2) return shifts;
            int256 part = int256(uint256(uint16(bytes2(arguments))));
            int256 give = int256(swap.giveAmount) * part / 65_535;
            int256 want = int256(swap.wantAmount) * part;
            want = want / 65_535 + (want % 65_535 == 0 ? int256(0) : int256(1));
            (uint256 giveToken, uint256 wantToken) = swap.giveTokenId == tokenId(0) ? (0, 1) : (1, 0);
            bool byLeft = swap.byLeft == 1;
            if ((byLeft ? leftMay : rightMay)[giveToken] < give) return shifts;
            if ((byLeft ? rightMay : leftMay)[wantToken] < want) return shifts;
            shifts[giveToken] += byLeft ? -give : give;
            shifts[wantToken] += byLeft ? want : -want;
        }
    }
}
