// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {EntityId, TokenId} from "./Ids.sol";

/// @notice Moves `amount` from the signer's reserve to the reserve of `to`.
struct ReserveToReserve {
    EntityId to;
    TokenId tokenId;
    uint256 amount;
}

/// @notice Locks `amount` of the signer's reserve as collateral of its account with `counterparty`.
struct ReserveToCollateral {
    EntityId counterparty;
    TokenId tokenId;
    uint256 amount;
}

/// @notice What one `processBatch` does, in the order of these fields; all of it or none. May be empty: an empty batch
///         only consumes its nonce, which is how an earlier batch of the same nonce is abandoned for good.
struct Batch {
    ReserveToReserve[] reserveToReserve;
    ReserveToCollateral[] reserveToCollateral;
}
