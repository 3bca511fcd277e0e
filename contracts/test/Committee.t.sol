// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Committee} from "../libraries/Committee.sol";
import {Fuzz} from "./Fuzz.sol";

contract CommitteeTest is Fuzz {
    function testFuzz_permuteIsABijection(bytes32 seed, uint256 n) public pure {
        n = 2 + n % 99;
        bool[] memory taken = new bool[](n);
        for (uint256 i = 0; i < n; ++i) {
            uint256 place = Committee.permute(seed, i, n);
            require(place < n, "a place below n");
            require(!taken[place], "a place of its own");
            taken[place] = true;
        }
    }

    function testFuzz_permuteStaysBelowN(bytes32 seed, uint256 index, uint32 n) public pure {
        VM.assume(n >= 2);
        require(Committee.permute(seed, index % n, n) < n, "a place below n");
    }

    /// @dev The walk is longest where the network is four times as wide as n.
    function testFuzz_permuteEndsJustAboveAPowerOfFour(bytes32 seed, uint256 index, uint256 h) public pure {
        uint256 n = (1 << (2 * (h % 15 + 1))) + 1;
        require(Committee.permute(seed, index % n, n) < n, "a place below n");
    }

    /// @dev Word for word as the protocol states it.
    function testFuzz_permuteIsTheProtocolsNetwork(bytes32 seed, uint256 index, uint32 n) public pure {
        VM.assume(n >= 2);
        index %= n;
        uint256 h = 1;
        while (4 ** h < n) ++h;
        uint256 side = 2 ** h;
        uint256 value = index;
        do {
            (uint256 l, uint256 r) = (value / side, value % side);
            for (uint256 j = 0; j < 8; ++j) {
                (l, r) = (r, l ^ (uint256(keccak256(abi.encode(seed, j, r))) % side));
            }
            value = l * side + r;
        } while (value >= n);
        require(Committee.permute(seed, index, n) == value, "the same place");
    }

    /// @dev Made with ethers from the protocol's words; core/ gives the same (differential_test.ts).
    function test_seedAndPermuteGiveTheVectors() public pure {
        bytes32 seed = Committee.seed(bytes32(uint256(0xdecaf) << 40), 7 << 48 | 3 << 40 | 2 << 8 | 1);
        require(seed == 0x948f73816af433dede074087c810024194cc532a13a25a22ca1106ae0109db35, "seed");
        uint8[10] memory places = [7, 0, 9, 1, 3, 8, 2, 4, 5, 6];
        for (uint256 i = 0; i < 10; ++i) {
            _equal(Committee.permute(seed, i, 10), places[i], "place among 10");
        }
        _equal(Committee.permute(seed, 0, 1_000), 686, "place among 1,000");
        _equal(Committee.permute(seed, 999, 1_000), 513, "place among 1,000");
        _equal(Committee.permute(seed, 65_536, 65_537), 57_871, "place among 65,537");
        _equal(Committee.permute(seed, 123_456_789, 2 ** 32 - 1), 1_334_551_063, "place among 2^32 - 1");
        _equal(Committee.permute(seed, 2 ** 32 - 2, 2 ** 32 - 1), 976_126_520, "place among 2^32 - 1");
    }
}
