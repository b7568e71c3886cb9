// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Board, Seal} from "../types/Board.sol";
import {BoardHash} from "../types/Ids.sol";
import {Limits} from "./Limits.sol";

/// @title Hanko
/// @notice An entity's signature: its board and signatures of enough of that board's members, verified by the same
///         rules here and in the runtime.
/// @dev For one set of signers there is exactly one valid encoding: high-s twins, trailing bytes, repeated or unordered
///      members and signatures nobody asked for are all refused.
library Hanko {
    error HankoNotCanonical();
    error BoardSizeInvalid(uint256 members, uint256 weights, uint256 limit);
    error BoardThresholdZero();
    error BoardMembersNotAscending(uint256 index);
    error BoardWeightZero(uint256 index);
    error BoardThresholdUnreachable(uint256 weight, uint256 threshold);
    error SignerBitmapTooLong(uint256 signerBitmap, uint256 members);
    error SignaturesLengthInvalid(uint256 expected, uint256 actual);
    error SignatureHighS(uint256 index);
    error SignatureVInvalid(uint256 index, uint8 v);
    error SignerMismatch(uint256 index, address expected, address actual);
    error WeightInsufficient(uint256 weight, uint256 threshold);

    /// @dev secp256k1 group order halved (EIP-2).
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;
    uint256 private constant SIGNATURE_LENGTH = 65;

    /// @notice Reads a hanko and checks everything about it that does not depend on what was signed.
    /// @dev Bytes that are not an ABI encoding at all revert without data, as `abi.decode` does.
    function decode(bytes calldata hanko) internal pure returns (Seal memory seal) {
        Board memory board = seal.board;
        (board.threshold, board.members, board.weights, seal.signerBitmap, seal.signatures) =
            abi.decode(hanko, (uint16, address[], uint16[], uint256, bytes));
        requireWellFormed(board);
        bytes memory canonical =
            abi.encode(board.threshold, board.members, board.weights, seal.signerBitmap, seal.signatures);
        if (keccak256(canonical) != keccak256(hanko)) revert HankoNotCanonical();
    }

    /// @notice keccak256(abi.encode(threshold, members, weights)): the id of the lazy entity that this board is.
    function hashOf(Board memory board) internal pure returns (BoardHash) {
        return BoardHash.wrap(keccak256(abi.encode(board.threshold, board.members, board.weights)));
    }

    /// @notice Reverts unless the board is well formed and all of its members together could sign.
    function requireUsable(Board memory board) internal pure {
        requireWellFormed(board);
        uint256 weight = 0;
        for (uint256 i = 0; i < board.weights.length; i++) {
            weight += board.weights[i];
        }
        if (weight < board.threshold) revert BoardThresholdUnreachable(weight, board.threshold);
    }

    /// @notice Reverts unless members of at least the threshold's weight signed `digest` and nothing else is in the seal.
    function requireSigned(Seal memory seal, bytes32 digest) internal pure {
        Board memory board = seal.board;
        uint256 members = board.members.length;
        uint256 bitmap = seal.signerBitmap;
        if (bitmap >> members != 0) revert SignerBitmapTooLong(bitmap, members);

        uint256 used = 0;
        uint256 weight = 0;
        for (uint256 i = 0; i < members; i++) {
            if ((bitmap >> i) & 1 == 0) continue;
            uint256 end = used + SIGNATURE_LENGTH;
            if (seal.signatures.length < end) revert SignaturesLengthInvalid(end, seal.signatures.length);
            address signer = recover(seal.signatures, used, i, digest);
            if (signer == address(0) || signer != board.members[i]) revert SignerMismatch(i, board.members[i], signer);
            weight += board.weights[i];
            used = end;
        }
        if (seal.signatures.length != used) revert SignaturesLengthInvalid(used, seal.signatures.length);
        if (weight < board.threshold) revert WeightInsufficient(weight, board.threshold);
    }

    function requireWellFormed(Board memory board) private pure {
        uint256 members = board.members.length;
        if (members == 0 || members > Limits.BOARD_MEMBERS || members != board.weights.length) {
            revert BoardSizeInvalid(members, board.weights.length, Limits.BOARD_MEMBERS);
        }
        if (board.threshold == 0) revert BoardThresholdZero();
        address last = address(0);
        for (uint256 i = 0; i < members; i++) {
            if (board.members[i] <= last) revert BoardMembersNotAscending(i);
            if (board.weights[i] == 0) revert BoardWeightZero(i);
            last = board.members[i];
        }
    }

    /// @dev The caller has made sure that 65 bytes follow `offset`.
    function recover(bytes memory signatures, uint256 offset, uint256 index, bytes32 digest)
        private
        pure
        returns (address)
    {
        bytes32 r;
        bytes32 s;
        uint8 v;
        assembly ("memory-safe") {
            let position := add(add(signatures, 0x20), offset)
            r := mload(position)
            s := mload(add(position, 0x20))
            v := byte(0, mload(add(position, 0x40)))
        }
        if (uint256(s) > HALF_ORDER) revert SignatureHighS(index);
        if (v != 27 && v != 28) revert SignatureVInvalid(index, v);
        return ecrecover(digest, v, r, s);
    }
}
