// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {EntityId, TokenId} from "./Ids.sol";

/// @notice What the chain holds for one account in one token.
/// @dev `ondelta` is the part of LEFT's claim that the chain knows; the signed offdelta is the rest of it.
struct Position {
    uint256 collateral;
    int256 ondelta;
}

/// @notice A dispute, open while `bodyHash` is not zero. `nonce` and `bodyHash` are of the newest proof registered.
/// @dev Arguments are about the swaps of the newest proof's body; another body begins without any.
struct Dispute {
    uint64 nonce;
    uint64 startedAt;
    uint64 windowEnd;
    bool byLeft;
    bytes32 bodyHash;
    bytes leftArguments;
    bytes rightArguments;
}

/// @notice An account: nonces are only good in the epoch they were signed for; every judgment begins a new one.
struct Pair {
    uint64 epoch;
    uint64 nonce;
    Dispute dispute;
    mapping(TokenId tokenId => Position) positions;
}

struct Debt {
    EntityId creditor;
    uint256 amount;
}

/// @notice What an entity owes in one token, oldest first: ids `paid` + 1 to `created` are open, and `outstanding` is
///         their sum.
struct DebtQueue {
    uint256 outstanding;
    uint64 paid;
    uint64 created;
    mapping(uint256 debtId => Debt) byId;
}

/// @notice All the state there is. Every unit of every registered token held is in exactly one reserve or collateral.
struct Book {
    /// @dev The token numbered n is at n − 1.
    IERC20[] tokens;
    mapping(IERC20 token => TokenId) tokenIds;
    mapping(EntityId entityId => uint256) batchNonces;
    mapping(EntityId entityId => mapping(TokenId tokenId => uint256 amount)) reserves;
    mapping(EntityId debtor => mapping(TokenId tokenId => DebtQueue)) debts;
    mapping(EntityId left => mapping(EntityId right => Pair)) pairs;
    /// @dev In seconds; zero while the preimage is unknown.
    mapping(bytes32 hashlock => uint256) revealedAt;
}
