// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IDepository} from "../interfaces/IDepository.sol";
import {EntityId, TokenId} from "../types/Ids.sol";

/// @title HostileToken
/// @notice For tests only: burns a tenth of every transfer and, when armed, calls back into the Depository in the
///         middle of one.
contract HostileToken is ERC20("Hostile", "HOST") {
    IDepository private target;
    bool private entered;

    constructor() {
        _mint(msg.sender, type(uint256).max / 2);
    }

    function arm(IDepository depository) external {
        target = depository;
    }

    function _update(address from, address to, uint256 amount) internal override {
        uint256 fee = from == address(0) || to == address(0) ? 0 : amount / 10;
        super._update(from, to, amount - fee);
        if (fee > 0) super._update(from, address(0), fee);
        if (address(target) != address(0) && !entered) {
            entered = true;
            target.deposit(EntityId.wrap(bytes32(uint256(1))), TokenId.wrap(1), 1);
        }
    }
}
