// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title HostileToken
/// @notice For tests only. Burns a tenth of every transfer; greedy, takes that tenth from the sender on top; armed, makes
///         a call of its own in the middle of the next transfer.
contract HostileToken is ERC20("Hostile", "HOST") {
    bool private greedy;
    address private target;
    bytes private payload;

    constructor() {
        _mint(msg.sender, type(uint128).max);
    }

    function arm(address target_, bytes calldata payload_) external {
        target = target_;
        payload = payload_;
    }

    function setGreedy(bool greedy_) external {
        greedy = greedy_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        uint256 fee = from == address(0) || to == address(0) ? 0 : amount / 10;
        super._update(from, to, greedy ? amount : amount - fee);
        if (fee > 0) super._update(from, address(0), fee);
        address callee = target;
        if (callee == address(0)) return;
        target = address(0);
        (bool success, bytes memory returned) = callee.call(payload);
        if (success) return;
        assembly ("memory-safe") {
            revert(add(returned, 0x20), mload(returned))
        }
    }
}
