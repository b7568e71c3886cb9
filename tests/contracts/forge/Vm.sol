// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice The few of Foundry's cheatcodes that are used here (https://getfoundry.sh/reference/cheatcodes/overview).
interface Vm {
    function addr(uint256 privateKey) external pure returns (address);
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function prank(address sender) external;
    function warp(uint256 timestamp) external;
}

Vm constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
