// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TokenId} from "./Ids.sol";

/// @notice One token of an account as both sides signed it. LEFT's claim is the account's ondelta plus `offdelta`.
/// @dev An allowance is the most that all clauses together may take from that side in this token.
struct TokenProof {
    TokenId tokenId;
    int256 offdelta;
    uint256 leftAllowance;
    uint256 rightAllowance;
}

/// @notice A payment that happens if the preimage of `hashlock` is in the registry no later than `expirySeconds`.
/// @dev `byLeft` is 1 when LEFT pays, 0 when RIGHT does.
struct HtlcClause {
    TokenId tokenId;
    uint256 amount;
    uint256 byLeft;
    uint256 expirySeconds;
    bytes32 hashlock;
    uint256 part;
}

/// @notice An exchange that the other side than the maker may fill, wholly or in part, by its argument.
/// @dev `byLeft` is 1 when LEFT made the offer: LEFT gives, RIGHT pays what LEFT wants.
struct SwapClause {
    bytes32 offerId;
    uint256 byLeft;
    TokenId giveTokenId;
    uint256 giveAmount;
    TokenId wantTokenId;
    uint256 wantAmount;
}

/// @notice The state of an account that a dispute decides on; everywhere handled as `abi.encode(ProofBody)`, whose
///         keccak256 is what is signed.
/// @dev Tokens strictly ascending by id; clauses in the order both sides hold them.
struct ProofBody {
    uint256 leftResponseSeconds;
    uint256 rightResponseSeconds;
    TokenProof[] tokens;
    HtlcClause[] htlcs;
    SwapClause[] swaps;
}

/// @notice A proof both sides signed, put forward against an older one.
struct CounterProof {
    uint256 nonce;
    bytes32 frameHash;
    bytes body;
    bytes leftHanko;
    bytes rightHanko;
}
