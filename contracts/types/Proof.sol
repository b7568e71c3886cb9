// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {EntityId, TokenId} from "./Ids.sol";

/// @notice One token of an account as both sides signed it. LEFT's claim is the account's ondelta plus `offdelta`.
struct TokenProof {
    TokenId tokenId;
    int256 offdelta;
    uint256 leftAllowance;
    uint256 rightAllowance;
}

/// @notice An open conditional payment. `byLeft` is 1 when LEFT pays if the preimage is revealed in time, else 0.
/// @dev `kind` is 1 (HTLC), the only clause there is.
struct Clause {
    uint256 kind;
    TokenId tokenId;
    uint256 amount;
    uint256 byLeft;
    uint256 expirySeconds;
    bytes32 hashlock;
    uint256 part;
}

/// @notice The state of an account that a dispute decides on.
/// @dev Tokens strictly ascending by id; clauses in the order both sides hold them.
struct ProofBody {
    uint256 leftResponseSeconds;
    uint256 rightResponseSeconds;
    TokenProof[] tokens;
    Clause[] clauses;
}

/// @notice What ties a proof to one chain, one contract, one pair and one slot.
struct DisputeProof {
    uint256 chainId;
    address depository;
    EntityId left;
    EntityId right;
    uint256 epoch;
    uint256 nonce;
    bytes32 bodyHash;
    bytes32 frameHash;
}
