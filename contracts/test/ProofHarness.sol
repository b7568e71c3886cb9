// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Proofs} from "../libraries/Proofs.sol";

/// @title ProofHarness
/// @notice For tests only. The court's first look at a body, without a court.
contract ProofHarness {
    function requireBody(bytes calldata body) external pure {
        Proofs.decodeValid(body);
    }
}
