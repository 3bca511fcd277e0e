// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A beacon that signs by itself
/// @notice drand's scheme (bls-unchained-g1-rfc9380) with a secret key, on the EIP-2537 precompiles: the contract
/// verifies real signatures. Written from RFC 9380 and EIP-2537, apart from the library under test.
library LocalBeacon {
    uint256 private constant SECRET = 0x1d5ec4e70f0e1d2c3b4a5968778695a4b3c2d1e0f00112233445566778899aab;

    uint160 private constant MODEXP = 0x05;
    uint160 private constant G1_ADD = 0x0b;
    uint160 private constant G1_MSM = 0x0c;
    uint160 private constant G2_MSM = 0x0e;
    uint160 private constant MAP_FP_TO_G1 = 0x10;

    bytes private constant DST = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";
    bytes private constant P =
        hex"000000000000000000000000000000001a0111ea397fe69a4b1ba7b6434bacd7"
        hex"64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab";
    bytes private constant G2 =
        hex"00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051"
        hex"c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
        hex"0000000000000000000000000000000013e02b6052719f607dacd3a088274f65"
        hex"596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"
        hex"000000000000000000000000000000000ce5d527727d6e118cc9cdc6da2e351a"
        hex"adfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801"
        hex"000000000000000000000000000000000606c4a02ea734cc32acd2b02bc28b99"
        hex"cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be";

    /// @notice The public key, 256 bytes. All points are in EIP-2537 encoding.
    function key() internal view returns (bytes memory) {
        return _run(G2_MSM, bytes.concat(G2, bytes32(SECRET)));
    }

    /// @notice The signature of a round, 128 bytes.
    function sign(uint64 round) internal view returns (bytes memory) {
        return _run(G1_MSM, bytes.concat(_hashToCurve(sha256(abi.encodePacked(round))), bytes32(SECRET)));
    }

    /// @notice sha-256 of the compressed signature: x with two flags, "compressed" and "y is the larger root".
    function randomness(bytes memory signature) internal pure returns (bytes32) {
        bytes memory x = new bytes(48);
        for (uint256 i = 0; i < 48; ++i) {
            x[i] = signature[16 + i];
        }
        // y is the larger root where 2 y >= p, p being odd.
        uint256 carry;
        uint256 borrow;
        for (uint256 i = 64; i > 0; --i) {
            uint256 double = 2 * uint256(uint8(signature[63 + i])) + carry;
            carry = double >> 8;
            borrow = (double & 0xff) < uint256(uint8(P[i - 1])) + borrow ? 1 : 0;
        }
        x[0] = bytes1(uint8(x[0]) | (borrow == 0 ? 0xa0 : 0x80));
        return sha256(x);
    }

    function _hashToCurve(bytes32 message) private view returns (bytes memory) {
        bytes memory tag = bytes.concat(DST, bytes1(uint8(DST.length)));
        bytes32 b0 = sha256(bytes.concat(new bytes(64), message, hex"008000", tag));
        bytes32[4] memory b;
        for (uint8 i = 0; i < 4; ++i) {
            b[i] = sha256(bytes.concat(i == 0 ? b0 : b0 ^ b[i - 1], bytes1(i + 1), tag));
        }
        return _run(G1_ADD, bytes.concat(_map(b[0], b[1]), _map(b[2], b[3])));
    }

    function _map(bytes32 high, bytes32 low) private view returns (bytes memory) {
        bytes memory reduced = _run(MODEXP, bytes.concat(abi.encode(64, 1, 64, high, low), hex"01", P));
        return _run(MAP_FP_TO_G1, reduced);
    }

    function _run(uint160 precompile, bytes memory input) private view returns (bytes memory) {
        (bool ok, bytes memory output) = address(precompile).staticcall(input);
        require(ok, "the precompile answers");
        return output;
    }
}
