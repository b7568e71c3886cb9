// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {EntityId} from "./Ids.sol";
import {Sides} from "./Pair.sol";

/// @notice What is signed, word by word: each is hashed after its own tag (see {Digests}). All fields are static, so the
///         encoding of a struct is the plain sequence of its words, nested ones included.

/// @notice One chain and one contract.
struct Domain {
    uint256 chainId;
    address depository;
}

/// @notice The proof that both sides sign once per frame.
struct DisputeProof {
    Domain domain;
    Sides sides;
    uint256 epoch;
    uint256 nonce;
    bytes32 bodyHash;
    bytes32 frameHash;
}

/// @notice A settlement, as both sides sign it.
struct SettlementTerms {
    Domain domain;
    Sides sides;
    uint256 epoch;
    uint256 nonce;
    uint256 validUntil;
    bytes32 diffsHash;
}

/// @notice Both sides' wish that an open dispute be judged at once by the proof it has.
struct Agreement {
    Domain domain;
    Sides sides;
    uint256 epoch;
    uint256 nonce;
    bytes32 bodyHash;
}

/// @notice How `entity` fills the swaps that `counterparty` offered it in the body.
struct ArgumentsClaim {
    Domain domain;
    EntityId entity;
    EntityId counterparty;
    uint256 epoch;
    bytes32 bodyHash;
    bytes32 argumentsHash;
}
