// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {DeltaTransformer} from "../contracts/DeltaTransformer.sol";
import {Depository} from "../contracts/Depository.sol";
import {EntityProvider} from "../contracts/EntityProvider.sol";
import {TestToken} from "../contracts/TestToken.sol";
import {Batch} from "../contracts/types/Batch.sol";
import {EntityId, TokenId} from "../contracts/types/Ids.sol";
import {VM} from "./Vm.sol";

/// @notice The contracts, two tokens, and four entities with keys of their own, ascending by id, so that of any two the
///         one with the lower index is LEFT.
abstract contract Cast {
    uint256 internal constant ENTITIES = 4;
    uint256 internal constant TOKENS = 2;
    uint256 internal constant PAIRS = 6;

    Depository public depository;
    EntityProvider internal provider;
    TestToken[TOKENS] internal tokens;
    uint256[ENTITIES] internal keys;
    address[ENTITIES] internal wallets;
    EntityId[ENTITIES] internal ids;

    constructor() {
        provider = new EntityProvider();
        depository = new Depository(provider, new DeltaTransformer());
        for (uint256 t = 0; t < TOKENS; t++) {
            tokens[t] = new TestToken("Test", "TST", 6);
            depository.registerToken(tokens[t]);
            tokens[t].approve(address(depository), type(uint256).max);
        }
        for (uint256 i = 0; i < ENTITIES; i++) {
            keys[i] = i + 1;
        }
        for (uint256 i = 0; i < ENTITIES; i++) {
            for (uint256 j = i + 1; j < ENTITIES; j++) {
                if (lazyId(keys[j]) < lazyId(keys[i])) (keys[i], keys[j]) = (keys[j], keys[i]);
            }
            ids[i] = lazyId(keys[i]);
            wallets[i] = VM.addr(keys[i]);
        }
    }

    function lazyId(uint256 key) private pure returns (EntityId) {
        (address[] memory members, uint16[] memory weights) = boardOf(VM.addr(key));
        return EntityId.wrap(keccak256(abi.encode(uint16(1), members, weights)));
    }

    function boardOf(address member) private pure returns (address[] memory members, uint16[] memory weights) {
        members = new address[](1);
        weights = new uint16[](1);
        members[0] = member;
        weights[0] = 1;
    }

    /// @notice The entity's signature.
    function sealBy(uint256 entity, bytes32 digest) internal view returns (bytes memory) {
        return sealWith(entity, entity, digest);
    }

    /// @notice A signature in the name of `entity`, by the key of `signer`.
    function sealWith(uint256 entity, uint256 signer, bytes32 digest) internal view returns (bytes memory) {
        (address[] memory members, uint16[] memory weights) = boardOf(wallets[entity]);
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(keys[signer], digest);
        return abi.encode(uint16(1), members, weights, uint256(1), abi.encodePacked(r, s, v));
    }

    function tokenId(uint256 t) internal pure returns (TokenId) {
        return TokenId.wrap(t + 1);
    }

    function sidesOf(uint256 pair) internal pure returns (uint256 left, uint256 right) {
        if (pair < 3) return (0, pair + 1);
        if (pair < 5) return (1, pair - 1);
        return (2, 3);
    }

    function emptyBatch(uint256 entity) internal view returns (Batch memory batch) {
        batch.entityId = ids[entity];
    }

    struct Sent {
        bytes batch;
        bytes hanko;
        uint256 nonce;
    }

    /// @dev The last batch of each entity that went through.
    mapping(uint256 entity => Sent) internal lastSent;

    /// @notice The entity's next batch, handed in by its own wallet.
    function submit(uint256 entity, Batch memory batch) internal {
        uint256 nonce = depository.nonceOf(batch.entityId) + 1;
        bytes memory encoded = abi.encode(batch);
        bytes memory hanko = sealBy(entity, depository.batchDigest(batch.entityId, nonce, encoded));
        VM.prank(wallets[entity]);
        depository.processBatch(encoded, hanko, nonce);
        lastSent[entity] = Sent(encoded, hanko, nonce);
    }

    /// @notice The same with a batch that is to be refused.
    /// @return reason What the refusal says; zero when there was none.
    function refusalOf(uint256 entity, Batch memory batch) internal returns (bytes4 reason) {
        uint256 nonce = depository.nonceOf(batch.entityId) + 1;
        bytes memory encoded = abi.encode(batch);
        bytes memory hanko = sealBy(entity, depository.batchDigest(batch.entityId, nonce, encoded));
        VM.prank(wallets[entity]);
        try depository.processBatch(encoded, hanko, nonce) {
            return 0;
        } catch (bytes memory answer) {
            return reasonIn(answer);
        }
    }

    /// @dev Never zero: what fails without a word is a reason too.
    function reasonIn(bytes memory answer) internal pure returns (bytes4) {
        return answer.length < 4 ? bytes4(0xffffffff) : bytes4(answer);
    }

    function mint(address to, uint256 t, uint256 amount) internal {
        tokens[t].mint(to, amount);
    }

    function heldOf(uint256 t) internal view returns (uint256) {
        return IERC20(address(tokens[t])).balanceOf(address(depository));
    }
}
