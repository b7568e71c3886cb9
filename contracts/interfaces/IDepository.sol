// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Settlement} from "../types/Batch.sol";
import {Dispute} from "../types/Book.sol";
import {Bounds} from "../types/Bounds.sol";
import {EntityId, TokenId} from "../types/Ids.sol";
import {CounterProof} from "../types/Proof.sol";

/// @title IDepository
/// @notice Holds ERC-20 tokens for entities, as free reserves and as collateral of bilateral accounts, and is the court of
///         those accounts.
/// @dev Per token, the sum of all reserves and all collateral never exceeds what the contract holds. Events carry
///      absolute values, so whoever reads only the last one of a kind knows the present. Times are seconds. There is no
///      owner. What an entity asks for by its signature comes in batches; what defends somebody needs no batch and may be
///      sent by anyone.
interface IDepository {
    /// @notice `token` is known as `tokenId` from now on.
    event TokenRegistered(TokenId indexed tokenId, address indexed token);
    /// @notice The reserve of `entityId` is now `balance`.
    event ReserveUpdated(EntityId indexed entityId, TokenId indexed tokenId, uint256 balance);
    /// @notice The account of `left` and `right` now has this collateral and ondelta; `nonce` is the highest settled by in
    ///         `epoch`, 0 before the first.
    event AccountSettled(
        EntityId indexed left,
        EntityId indexed right,
        TokenId indexed tokenId,
        uint256 collateral,
        int256 ondelta,
        uint256 epoch,
        uint256 nonce
    );
    /// @notice The batch with `batchHash` = keccak256 of its bytes is done; its other events precede this one.
    event BatchProcessed(EntityId indexed entityId, uint256 nonce, bytes32 batchHash);
    /// @notice `body` is what the account will be judged by unless a newer proof is registered through `windowEndSeconds`.
    event DisputeStarted(
        EntityId indexed left,
        EntityId indexed right,
        bool byLeft,
        uint256 epoch,
        uint256 nonce,
        uint256 windowEndSeconds,
        bytes body
    );
    /// @notice `body` is what the account will be judged by. Arguments about another body are void.
    event CounterProofRegistered(
        EntityId indexed left, EntityId indexed right, uint256 epoch, uint256 nonce, bytes body
    );
    /// @notice How one side fills the swaps it was offered. Too long arguments are reported as the empty ones they are.
    event ArgumentsRegistered(
        EntityId indexed left, EntityId indexed right, bool byLeft, uint256 epoch, bytes arguments
    );
    /// @notice The account was judged by the proof of `nonce` and is in `epoch` now; its other events precede this one.
    event DisputeFinalized(EntityId indexed left, EntityId indexed right, uint256 epoch, uint256 nonce);
    /// @notice Debts of one debtor in one token are numbered from 1 and paid in that order.
    event DebtCreated(
        EntityId indexed debtor, EntityId indexed creditor, TokenId indexed tokenId, uint256 debtId, uint256 amount
    );
    /// @notice A debt was paid in part or, with nothing remaining, to its end.
    event DebtEnforced(
        EntityId indexed debtor, EntityId indexed creditor, TokenId indexed tokenId, uint256 debtId, uint256 remaining
    );
    /// @notice The preimage of `hashlock` is known, as of that second.
    event SecretRevealed(bytes32 indexed hashlock, bytes32 preimage, uint256 revealedAtSeconds);

    /// @notice An account has two sides.
    error AccountWithSelf(EntityId entityId);
    /// @notice Amounts are 1 to `limit`.
    error AmountOutOfRange(uint256 amount, uint256 limit);
    /// @notice `entity` has said how it fills the swaps of the newest proof.
    error ArgumentsGiven(EntityId entity);
    /// @notice An entity's batches are numbered without a gap.
    error BatchNonceInvalid(EntityId entityId, uint256 expected, uint256 actual);
    /// @notice A batch has at most `limit` operations.
    error BatchTooLong(uint256 operations, uint256 limit);
    /// @notice The body is not that of the newest proof.
    error BodyMismatch(bytes32 expected, bytes32 actual);
    /// @notice A settlement takes at most what the account has.
    error CollateralInsufficient(
        EntityId left, EntityId right, TokenId tokenId, uint256 available, uint256 needed
    );
    /// @notice A batch that deposits is handed in by whoever pays.
    error DepositorNotSender(address from, address sender);
    /// @notice A settlement moves at most `limit` in one place.
    error DiffOutOfRange(int256 diff, uint256 limit);
    /// @notice What is conditional is judged after its time only.
    error DisputeHasClauses(uint256 clauses);
    /// @notice The account is not in dispute.
    error DisputeNotOpen(EntityId left, EntityId right);
    /// @notice Until and through the deadline something may still change the judgment.
    error DisputeNotYetFinal(uint256 deadlineSeconds, uint256 nowSeconds);
    /// @notice The account is in dispute.
    error DisputeOpen(EntityId left, EntityId right);
    /// @notice Proofs and arguments came too late.
    error DisputeWindowOver(uint256 windowEndSeconds, uint256 nowSeconds);
    /// @notice Nobody has the id zero.
    error EntityZero();
    /// @notice The money was meant for the account before or after a judgment.
    error EpochMismatch(EntityId left, EntityId right, uint256 current, uint256 actual);
    /// @notice The nonce is not above the last one, or no wallet could count so far.
    error NonceOutOfRange(uint256 nonce, uint256 lowest, uint256 highest);
    /// @notice A settlement's nonce in a proof, or a proof's in a settlement.
    error NonceSlotInvalid(uint256 nonce);
    /// @notice LEFT has the lower id.
    error PairNotAscending(EntityId left, EntityId right);
    /// @notice `available` is what debts leave of the reserve.
    error ReserveInsufficient(EntityId entityId, TokenId tokenId, uint256 available, uint256 needed);
    /// @notice A settlement is good through `validUntil`.
    error SettlementExpired(uint256 validUntil, uint256 nowSeconds);
    /// @notice Each token once, in ascending order.
    error SettlementNotAscending(uint256 index);
    /// @notice A settlement is handed in by one of its two sides.
    error SettlementOfOthers(EntityId signer, EntityId left, EntityId right);
    /// @notice A settlement is about one token at least, and at most `limit`.
    error SettlementSizeInvalid(uint256 diffs, uint256 limit);
    /// @notice The three diffs add up to nothing.
    error SettlementUnbalanced(TokenId tokenId, int256 leftDiff, int256 rightDiff, int256 collateralDiff);
    /// @notice The token has that number already.
    error TokenAlreadyRegistered(address token, TokenId tokenId);
    /// @notice No token has that number.
    error TokenUnknown(TokenId tokenId);
    /// @notice No contract stands at the address.
    error TokenWithoutCode(address token);
    /// @notice A transfer is to somebody else.
    error TransferToSelf(EntityId entityId);
    /// @notice The token took more or less than it was told to.
    error WithdrawalMismatch(TokenId tokenId, uint256 asked, uint256 sent);

    /// @notice Gives an ERC-20 the next free number. Anyone may; a bad token harms only those who take it.
    function registerToken(IERC20 token) external returns (TokenId tokenId);

    /// @notice Pulls `amount` (≥ 1) of a registered token from the caller, who has approved it, into the reserve of any
    ///         entity. The reserve grows by what really arrived, which must be 1 to 2^128 − 1.
    function deposit(EntityId entityId, TokenId tokenId, uint256 amount) external;

    /// @notice Runs a batch signed by an entity; all of it or none. Anyone may hand it in, unless it deposits.
    /// @param batch `abi.encode(Batch)`.
    /// @param hanko The entity's signature over {batchDigest}.
    /// @param nonce Exactly one more than {nonceOf} the entity.
    function processBatch(bytes calldata batch, bytes calldata hanko, uint256 nonce) external;

    /// @notice Writes down when a preimage became known, which binds every lock on its hash. The first time stands.
    function revealSecret(bytes32 preimage) external;

    /// @notice Puts a newer proof, signed by both sides, in the place of an open dispute's; through the window's end.
    function registerCounter(EntityId left, EntityId right, CounterProof calldata proof) external;

    /// @notice Says how `entity` fills the swaps `counterparty` offered it in the newest proof; through the window's end,
    ///         and once. A newer proof of another body takes it back.
    /// @param arguments Two bytes per offer; see {IDeltaTransformer}. Empty or too long ones are none.
    /// @param hanko The entity's signature over {argumentsDigest}.
    function registerArguments(
        EntityId entity,
        EntityId counterparty,
        bytes calldata arguments,
        bytes calldata hanko
    ) external;

    /// @notice Judges by the newest proof, after the window's end and the last expiry of its unrevealed locks.
    /// @param body `abi.encode(ProofBody)` of the newest proof.
    function finalize(EntityId left, EntityId right, bytes calldata body) external;

    /// @notice Judges at once by the newest proof, which must be without clauses.
    /// @param leftHanko LEFT's signature over {agreementDigest}, and so `rightHanko`.
    function finalizeAgreed(
        EntityId left,
        EntityId right,
        bytes calldata body,
        bytes calldata leftHanko,
        bytes calldata rightHanko
    ) external;

    /// @notice Pays debts from the debtor's reserve, oldest first, at most `maxDebts` of them.
    function enforceDebts(EntityId debtor, TokenId tokenId, uint256 maxDebts) external;

    /// @notice The nonce of the entity's last processed batch, 0 before the first.
    function nonceOf(EntityId entityId) external view returns (uint256);
    /// @notice What an entity has outside of accounts.
    function reserveOf(EntityId entityId, TokenId tokenId) external view returns (uint256);
    /// @notice The reserve less what debts claim of it.
    function spendableOf(EntityId entityId, TokenId tokenId) external view returns (uint256);
    /// @notice What the chain holds for an account; its two sides may be named in any order, here and below.
    function accountOf(EntityId one, EntityId other, TokenId tokenId)
        external
        view
        returns (uint256 collateral, int256 ondelta);
    /// @notice How many judgments an account has seen, and the nonce of its last settlement since.
    function pairOf(EntityId one, EntityId other) external view returns (uint256 epoch, uint256 nonce);
    /// @notice The open dispute of an account; all zero when there is none.
    function disputeOf(EntityId one, EntityId other) external view returns (Dispute memory);
    /// @notice Debts `firstOpen` to `last` are open, none when `firstOpen` is above `last`.
    function debtsOf(EntityId debtor, TokenId tokenId)
        external
        view
        returns (uint256 outstanding, uint256 firstOpen, uint256 last);
    /// @notice What is left of a debt; zeros once it is paid.
    function debtOf(EntityId debtor, TokenId tokenId, uint256 debtId)
        external
        view
        returns (EntityId creditor, uint256 amount);
    /// @notice When the preimage was revealed; 0 while it is not.
    function revealedAt(bytes32 hashlock) external view returns (uint256);
    /// @notice How many tokens are registered: their numbers are 1 to this.
    function tokenCount() external view returns (uint256);
    /// @notice The token of a number; the zero address for one not given yet.
    function tokenOf(TokenId tokenId) external view returns (address);
    /// @notice The number of a token; zero for one that is not registered.
    function tokenIdOf(address token) external view returns (TokenId);

    /// @notice What an entity signs to have a batch processed here.
    function batchDigest(EntityId entityId, uint256 nonce, bytes calldata batch) external view returns (bytes32);
    /// @notice What each side of an account signs once per frame.
    function disputeDigest(
        EntityId left,
        EntityId right,
        uint256 epoch,
        uint256 nonce,
        bytes32 bodyHash,
        bytes32 frameHash
    ) external view returns (bytes32);
    /// @notice What both sides sign to settle; the hankos in it are not looked at.
    function settlementDigest(uint256 epoch, Settlement calldata settlement) external view returns (bytes32);
    /// @notice What both sides sign to have a dispute judged at once.
    function agreementDigest(EntityId left, EntityId right, uint256 epoch, uint256 nonce, bytes32 bodyHash)
        external
        view
        returns (bytes32);
    /// @notice What an entity signs to fill swaps it was offered in the body.
    function argumentsDigest(
        EntityId entity,
        EntityId counterparty,
        uint256 epoch,
        bytes32 bodyHash,
        bytes calldata arguments
    ) external view returns (bytes32);
    /// @notice The bounds that wallets hold what they sign to.
    function limits() external pure returns (Bounds memory);
    /// @notice Who says whether an entity has signed.
    function entityProvider() external view returns (address);
    /// @notice Who says what clauses come to.
    function deltaTransformer() external view returns (address);
}
