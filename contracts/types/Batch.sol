// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {EntityId, TokenId} from "./Ids.sol";

/// @notice Pulls `amount` of the token from `from`, who must be the sender of the transaction, into the entity's reserve,
///         which grows by what really arrived.
struct Deposit {
    address from;
    TokenId tokenId;
    uint256 amount;
}

/// @notice Moves `amount` from the entity's reserve to the reserve of `to`.
struct ReserveToReserve {
    EntityId to;
    TokenId tokenId;
    uint256 amount;
}

/// @notice Into LEFT's reserve, into RIGHT's, into the collateral: negative is out of it. The three add up to nothing.
struct SettlementDiff {
    TokenId tokenId;
    int256 leftDiff;
    int256 rightDiff;
    int256 collateralDiff;
}

/// @notice Moves money between an account's collateral and the reserves of its two sides, who both sign it. Nobody's
///         reserve and claim together change.
/// @dev Diffs strictly ascending by token; nonce = 4·height + 2; not after `validUntil`.
struct Settlement {
    EntityId left;
    EntityId right;
    uint256 nonce;
    uint256 validUntil;
    SettlementDiff[] diffs;
    bytes leftHanko;
    bytes rightHanko;
}

/// @notice Takes the account with `counterparty` to court with a proof that the counterparty signed.
/// @dev `body` is `abi.encode(ProofBody)`; `arguments` say how the entity fills the swaps it was offered in it.
struct DisputeStart {
    EntityId counterparty;
    uint256 nonce;
    bytes32 frameHash;
    bytes body;
    bytes counterpartyHanko;
    bytes arguments;
}

/// @notice Locks `amount` of the entity's reserve as collateral of its account with `counterparty`, which must be in
///         `epoch`: money never lands behind a proof that was judged already.
struct ReserveToCollateral {
    EntityId counterparty;
    TokenId tokenId;
    uint256 amount;
    uint256 epoch;
}

/// @notice Sends `amount` of the entity's reserve to an address.
struct Withdrawal {
    address to;
    TokenId tokenId;
    uint256 amount;
}

/// @notice What one `processBatch` does for `entityId`, in the order of these fields; all of it or none. May be empty:
///         an empty batch only consumes its nonce, which is how an earlier batch of the same nonce is abandoned for good.
struct Batch {
    EntityId entityId;
    Deposit[] deposits;
    ReserveToReserve[] reserveToReserve;
    Settlement[] settlements;
    DisputeStart[] disputeStarts;
    ReserveToCollateral[] reserveToCollateral;
    Withdrawal[] withdrawals;
}
