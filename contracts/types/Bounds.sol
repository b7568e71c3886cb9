// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What wallets must know before they sign; see {Limits}.
struct Bounds {
    uint256 operationsPerBatch;
    uint256 boardMembers;
    uint256 amount;
    uint256 tokensPerProof;
    uint256 clausesPerProof;
    uint256 lockSeconds;
    uint256 responseSeconds;
    uint256 nonce;
    uint256 tokenId;
    int256 offdelta;
}
