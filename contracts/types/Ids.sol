// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev keccak256 of an entity's board (see {Hanko}). Zero is nobody.
type EntityId is bytes32;

/// @dev The Depository's own number of an ERC-20, from 1. Zero is no token.
type TokenId is uint256;

using {entityEquals as ==, entityBelow as <} for EntityId global;
using {tokenEquals as ==} for TokenId global;

function entityEquals(EntityId a, EntityId b) pure returns (bool) {
    return EntityId.unwrap(a) == EntityId.unwrap(b);
}

function entityBelow(EntityId a, EntityId b) pure returns (bool) {
    return EntityId.unwrap(a) < EntityId.unwrap(b);
}

function tokenEquals(TokenId a, TokenId b) pure returns (bool) {
    return TokenId.unwrap(a) == TokenId.unwrap(b);
}

EntityId constant NOBODY = EntityId.wrap(0);
TokenId constant NO_TOKEN = TokenId.wrap(0);
