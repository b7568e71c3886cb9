// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Refused} from "./Refused.sol";

/// @notice Any of the handlers, in any order: after each call every rule holds.
abstract contract Invariants {
    Refused private handler;
    uint256 private immutable shift;

    /// @dev Foundry asks for this by name.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    constructor(uint256 shift_) {
        shift = shift_;
    }

    function setUp() external {
        handler = new Refused(shift);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[33] memory all = [
            handler.deposit.selector,
            handler.depositByBatch.selector,
            handler.donate.selector,
            handler.withdraw.selector,
            handler.reserveToReserve.selector,
            handler.reserveToCollateral.selector,
            handler.settleIn.selector,
            handler.settleOut.selector,
            handler.settleThrough.selector,
            handler.pay.selector,
            handler.mixedBatch.selector,
            handler.startDispute.selector,
            handler.registerCounter.selector,
            handler.registerArguments.selector,
            handler.revealSecret.selector,
            handler.finalize.selector,
            handler.finalizeAgreed.selector,
            handler.enforceDebts.selector,
            handler.processEmptyBatch.selector,
            handler.warp.selector,
            handler.replayBatch.selector,
            handler.replayProof.selector,
            handler.replaySettlement.selector,
            handler.judgeAgain.selector,
            handler.judgeEarly.selector,
            handler.argueAgain.selector,
            handler.counterLate.selector,
            handler.overspend.selector,
            handler.steal.selector,
            handler.settleInDispute.selector,
            handler.fundOtherEpoch.selector,
            handler.depositOfAnother.selector,
            handler.half.selector
        ];
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](33);
        for (uint256 i = 0; i < 33; i++) {
            targets[0].selectors[i] = all[(i + shift) % 33];
        }
    }

    function invariant_everyRule() external view {
        string memory broken = handler.check();
        require(bytes(broken).length == 0, broken);
    }
}

/// @dev Two of them, with other numbers and another order, because Foundry runs contracts side by side.
contract First is Invariants(0) {}

contract Second is Invariants(7) {}
