// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {EntityId} from "./Ids.sol";

/// @notice The two sides of an account, the lower id first.
struct Sides {
    EntityId left;
    EntityId right;
}
