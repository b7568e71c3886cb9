// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title TestToken
/// @notice Worthless money for test chains: its deployer mints at will.
contract TestToken is ERC20 {
    error NotDeployer(address caller);

    address public immutable deployer;
    uint8 private immutable places;

    constructor(string memory name_, string memory symbol_, uint8 decimals_) ERC20(name_, symbol_) {
        deployer = msg.sender;
        places = decimals_;
    }

    function decimals() public view override returns (uint8) {
        return places;
    }

    function mint(address to, uint256 amount) external {
        if (msg.sender != deployer) revert NotDeployer(msg.sender);
        _mint(to, amount);
    }
}
