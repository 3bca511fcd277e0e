// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Drawing of seats
/// @notice A keyed permutation of 0..n-1: miner i has a seat if its image is below the quorum, so that a committee has
/// exactly `quorum` members and nobody has to be listed.
library Committee {
    /// @notice Seed of one attempt of one round.
    function seed(bytes32 randomness, uint256 roundId) internal pure returns (bytes32) {
        return keccak256(abi.encode(randomness, roundId));
    }

    /// @notice The place of `index` among `n` (2 <= n < 2^32, index < n) under a seed.
    /// @dev An 8-round Feistel network on the smallest 2h bits that hold n values, repeated while the result is n or
    /// more. It is a bijection of 0..4^h-1, so the walk from a value below n ends below n.
    function permute(bytes32 seed_, uint256 index, uint256 n) internal pure returns (uint256 place) {
        uint256 h = 1;
        while (1 << (2 * h) < n) ++h;
        uint256 mask = (1 << h) - 1;
        place = index;
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            mstore(buffer, seed_)
            for {} 1 {} {
                let l := shr(h, place)
                let r := and(place, mask)
                for { let j := 0 } lt(j, 8) { j := add(j, 1) } {
                    mstore(add(buffer, 0x20), j)
                    mstore(add(buffer, 0x40), r)
                    let next := xor(l, and(keccak256(buffer, 0x60), mask))
                    l := r
                    r := next
                }
                place := or(shl(h, l), r)
                if lt(place, n) { break }
            }
        }
    }
}
