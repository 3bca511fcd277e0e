// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What the tests need of the test runner
interface Vm {
    function assume(bool condition) external pure;
    function expectRevert(bytes calldata data) external;
    /// @notice Sets the clock.
    function warp(uint256 time) external;
    /// @notice Sets the block number.
    function roll(uint256 number) external;
    /// @notice Makes the next call come from `sender`.
    function prank(address sender) external;
    function deal(address who, uint256 balance) external;
    function snapshotState() external returns (uint256 id);
    function revertToState(uint256 id) external returns (bool);
    /// @notice Creation code of a compiled contract, "File.sol:Name".
    function getCode(string calldata artifact) external view returns (bytes memory);
    /// @notice Variables of the process: they outlive a run, whose state does not.
    function setEnv(string calldata name, string calldata value) external;
    function envOr(string calldata name, uint256 otherwise) external view returns (uint256);
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

    function _chance(uint256 percent) internal returns (bool) {
        return _between(1, 100) <= percent;
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
