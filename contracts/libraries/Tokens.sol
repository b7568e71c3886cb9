// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IDepository} from "../interfaces/IDepository.sol";
import {Book} from "../types/Book.sol";
import {NO_TOKEN, TokenId} from "../types/Ids.sol";
import {Limits} from "./Limits.sol";

/// @title Tokens
/// @notice The registered ERC-20s and the only code that calls them. What arrives and leaves is measured, not believed.
library Tokens {
    using SafeERC20 for IERC20;

    function register(Book storage book, IERC20 token) internal returns (TokenId tokenId) {
        TokenId existing = book.tokenIds[token];
        if (!(existing == NO_TOKEN)) revert IDepository.TokenAlreadyRegistered(address(token), existing);
        if (address(token).code.length == 0) revert IDepository.TokenWithoutCode(address(token));
        book.tokens.push(token);
        tokenId = TokenId.wrap(book.tokens.length);
        book.tokenIds[token] = tokenId;
        emit IDepository.TokenRegistered(tokenId, address(token));
    }

    /// @return received What really arrived, 1 to 2^128 − 1.
    function pull(Book storage book, TokenId tokenId, address from, uint256 amount)
        internal
        returns (uint256 received)
    {
        IERC20 token = requireKnown(book, tokenId);
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(from, address(this), amount);
        received = token.balanceOf(address(this)) - before;
        if (received == 0 || received > Limits.AMOUNT) revert IDepository.AmountOutOfRange(received, Limits.AMOUNT);
    }

    /// @dev A token that takes more from us than it was told to would pay with the reserves of others.
    function push(Book storage book, TokenId tokenId, address to, uint256 amount) internal {
        IERC20 token = requireKnown(book, tokenId);
        uint256 before = token.balanceOf(address(this));
        token.safeTransfer(to, amount);
        uint256 sent = before - token.balanceOf(address(this));
        if (sent != amount) revert IDepository.WithdrawalMismatch(tokenId, amount, sent);
    }

    /// @dev Zero for a number not given yet.
    function find(Book storage book, TokenId tokenId) internal view returns (IERC20) {
        uint256 number = TokenId.unwrap(tokenId);
        return number == 0 || number > book.tokens.length ? IERC20(address(0)) : book.tokens[number - 1];
    }

    function requireKnown(Book storage book, TokenId tokenId) private view returns (IERC20 token) {
        token = find(book, tokenId);
        if (address(token) == address(0)) revert IDepository.TokenUnknown(tokenId);
    }
}
