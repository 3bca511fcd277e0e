// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Verification of drand beacons
/// @notice Scheme bls-unchained-g1-rfc9380 (quicknet): BLS12-381 with signatures on G1 and keys on G2, the message
/// being sha256(round as a big-endian uint64).
/// @dev Uses the precompiles sha256 (0x02), modexp (0x05), G1ADD (0x0b), PAIRING (0x0f) and MAP_FP_TO_G1 (0x10).
/// Points are in EIP-2537 encoding: field elements of 64 bytes, the upper 16 of them zero. The precompiles refuse
/// coordinates that are not canonical, points off the curve, and (PAIRING) points outside the subgroups.
library Beacons {
    /// @notice A G2 point in EIP-2537 encoding.
    struct Key {
        bytes32[8] words;
    }

    uint256 private constant MODEXP = 0x05;
    uint256 private constant G1_ADD = 0x0b;
    uint256 private constant PAIRING = 0x0f;
    uint256 private constant MAP_FP_TO_G1 = 0x10;

    /// @dev RFC 9380, 5.3.1: the domain separation tag and its length.
    bytes private constant DST_PRIME = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_\x2b";

    bytes32 private constant P_HIGH = 0x000000000000000000000000000000001a0111ea397fe69a4b1ba7b6434bacd7;
    bytes32 private constant P_LOW = 0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;
    uint256 private constant HALF_P_HIGH = 0x000000000000000000000000000000000d0088f51cbff34d258dd3db21a5d66b;
    uint256 private constant HALF_P_LOW = 0xb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd555;

    /// @dev Minus the generator of G2: x.c0, x.c1, y.c0, y.c1.
    bytes32 private constant G2_0 = 0x00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051;
    bytes32 private constant G2_1 = 0xc6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8;
    bytes32 private constant G2_2 = 0x0000000000000000000000000000000013e02b6052719f607dacd3a088274f65;
    bytes32 private constant G2_3 = 0x596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e;
    bytes32 private constant G2_4 = 0x000000000000000000000000000000000d1b3cc2c7027888be51d9ef691d77bc;
    bytes32 private constant G2_5 = 0xb679afda66c73f17f9ee3837a55024f78c71363275a75d75d86bab79f74782aa;
    bytes32 private constant G2_6 = 0x0000000000000000000000000000000013fa4d4a0ad8b1ce186ed5061789213d;
    bytes32 private constant G2_7 = 0x993923066dddaf1040bc3ff59f825c78df74f2d75467e25e0f55f8a00fa030ed;

    /// @notice Whether `key` is a point of G2 other than infinity.
    function isKey(Key memory key) internal view returns (bool) {
        uint256 input;
        uint256 any;
        assembly ("memory-safe") {
            // The pairing with infinity (128 zero bytes) is 1 if and only if the key is a point of the subgroup.
            input := mload(0x40)
            calldatacopy(input, calldatasize(), 128)
            mcopy(add(input, 128), mload(key), 256)
            for { let i := 128 } lt(i, 384) { i := add(i, 32) } { any := or(any, mload(add(input, i))) }
        }
        return any != 0 && _pairs(input, 384);
    }

    /// @notice Verifies a beacon: e(signature, -G2) * e(H(round), key) = 1.
    /// @param signature A G1 point, 128 bytes in EIP-2537 encoding.
    function verify(Key memory key, uint64 round, bytes calldata signature) internal view returns (bool) {
        if (signature.length != 128) return false;
        bytes32 digest = sha256(abi.encodePacked(round));
        uint256 input;
        uint256 any; // 0 for the point at infinity
        assembly ("memory-safe") {
            // signature (128) | -G2 (256) | H(round) (128) | key (256)
            input := mload(0x40)
            mstore(0x40, add(input, 768))
            calldatacopy(input, signature.offset, 128)
            any := or(or(mload(input), mload(add(input, 32))), or(mload(add(input, 64)), mload(add(input, 96))))
            let g2 := add(input, 128)
            mstore(g2, G2_0)
            mstore(add(g2, 32), G2_1)
            mstore(add(g2, 64), G2_2)
            mstore(add(g2, 96), G2_3)
            mstore(add(g2, 128), G2_4)
            mstore(add(g2, 160), G2_5)
            mstore(add(g2, 192), G2_6)
            mstore(add(g2, 224), G2_7)
            mcopy(add(input, 512), mload(key), 256)
        }
        return any != 0 && _hashToG1(digest, input + 384) && _pairs(input, 768);
    }

    /// @notice drand's randomness: sha-256 of the compressed signature (48 bytes: x, with flags in the top bits).
    function randomness(bytes calldata signature) internal pure returns (bytes32) {
        (uint256 x0, bytes32 x1, uint256 y0, uint256 y1) =
            abi.decode(signature, (uint256, bytes32, uint256, uint256));
        bool isLargest = y0 > HALF_P_HIGH || (y0 == HALF_P_HIGH && y1 > HALF_P_LOW);
        uint256 flags = isLargest ? 0xa0 : 0x80;
        return sha256(abi.encodePacked(uint128(x0 | flags << 120), x1));
    }

    /// @dev hash_to_curve of RFC 9380 with expand_message_xmd over SHA-256; writes the point (128 bytes) to `output`.
    function _hashToG1(bytes32 message, uint256 output) private view returns (bool) {
        bytes32 b0 = sha256(abi.encodePacked(bytes32(0), bytes32(0), message, hex"008000", DST_PRIME));
        bytes32 b1 = _expand(b0, 1);
        bytes32 b2 = _expand(b0 ^ b1, 2);
        bytes32 b3 = _expand(b0 ^ b2, 3);
        bytes32 b4 = _expand(b0 ^ b3, 4);
        uint256 points;
        assembly ("memory-safe") {
            points := mload(0x40)
            mstore(0x40, add(points, 256))
        }
        if (!_mapToG1(b1, b2, points) || !_mapToG1(b3, b4, points + 128)) return false;
        return _call(G1_ADD, points, 256, output, 128);
    }

    function _expand(bytes32 block_, uint8 index) private pure returns (bytes32) {
        return sha256(abi.encodePacked(block_, index, DST_PRIME));
    }

    /// @dev Reduces 64 bytes mod p and writes the point that they map to (128 bytes) to `output`.
    function _mapToG1(bytes32 high, bytes32 low, uint256 output) private view returns (bool) {
        uint256 input;
        assembly ("memory-safe") {
            // modexp: three lengths, base, exponent 1, modulus
            input := mload(0x40)
            mstore(input, 64)
            mstore(add(input, 32), 1)
            mstore(add(input, 64), 64)
            mstore(add(input, 96), high)
            mstore(add(input, 128), low)
            mstore8(add(input, 160), 1)
            mstore(add(input, 161), P_HIGH)
            mstore(add(input, 193), P_LOW)
        }
        return _call(MODEXP, input, 225, input, 64) && _call(MAP_FP_TO_G1, input, 64, output, 128);
    }

    /// @dev Whether a product of pairings is 1.
    function _pairs(uint256 input, uint256 length) private view returns (bool ok) {
        if (!_call(PAIRING, input, length, 0, 32)) return false;
        assembly ("memory-safe") {
            ok := eq(mload(0), 1)
        }
    }

    /// @dev Calls a precompile on memory; false unless it answers with exactly `outputLength` bytes.
    function _call(uint256 precompile, uint256 input, uint256 inputLength, uint256 output, uint256 outputLength)
        private
        view
        returns (bool ok)
    {
        assembly ("memory-safe") {
            ok := staticcall(gas(), precompile, input, inputLength, output, outputLength)
            ok := and(ok, eq(returndatasize(), outputLength))
        }
    }
}
