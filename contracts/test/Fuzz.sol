// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What the fuzz tests need of the test runner
interface Vm {
    function assume(bool condition) external pure;
    function expectRevert(bytes calldata data) external;
}

/// @title A source of values from the one number that the runner draws for each run
abstract contract Fuzz {
    Vm internal constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    uint256 private _state;

    function _seed(uint256 seed) internal {
        _state = seed;
    }

    /// @dev From `min` to `max`, both included.
    function _between(uint256 min, uint256 max) internal returns (uint256) {
        _state = uint256(keccak256(abi.encode(_state)));
        return min + _state % (max - min + 1);
    }

    function _equal(uint256 actual, uint256 expected, string memory what) internal pure {
        if (actual != expected) revert(string.concat(what, ": ", _text(actual), " is not ", _text(expected)));
    }

    function _text(uint256 value) internal pure returns (string memory) {
        return value < 10
            ? string(abi.encodePacked(bytes1(uint8(48 + value))))
            : string.concat(_text(value / 10), _text(value % 10));
    }
}
