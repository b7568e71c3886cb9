// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev Of a lazy entity the hash of its board; of a registered one a hash of its number. Zero is nobody.
type EntityId is bytes32;

/// @dev keccak256 of a board's encoding (see {Hanko}). Zero is no board.
type BoardHash is bytes32;

/// @dev The Depository's own number of an ERC-20, from 1. Zero is no token.
type TokenId is uint256;

using {entityEquals as ==, entityBelow as <} for EntityId global;
using {boardEquals as ==} for BoardHash global;
using {tokenEquals as ==, tokenBelow as <} for TokenId global;

function entityEquals(EntityId a, EntityId b) pure returns (bool) {
    return EntityId.unwrap(a) == EntityId.unwrap(b);
}

function entityBelow(EntityId a, EntityId b) pure returns (bool) {
    return EntityId.unwrap(a) < EntityId.unwrap(b);
}

function boardEquals(BoardHash a, BoardHash b) pure returns (bool) {
    return BoardHash.unwrap(a) == BoardHash.unwrap(b);
}

function tokenEquals(TokenId a, TokenId b) pure returns (bool) {
    return TokenId.unwrap(a) == TokenId.unwrap(b);
}

function tokenBelow(TokenId a, TokenId b) pure returns (bool) {
    return TokenId.unwrap(a) < TokenId.unwrap(b);
}

EntityId constant NOBODY = EntityId.wrap(0);
BoardHash constant NO_BOARD = BoardHash.wrap(0);
TokenId constant NO_TOKEN = TokenId.wrap(0);
