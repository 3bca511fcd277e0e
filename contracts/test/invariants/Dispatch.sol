// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeML} from "../../interfaces/IDeML.sol";

/// @title The functions that a contract's code answers to
/// @notice Nobody here would call a function that is not in the interface, such as an owner's. But the code shows it:
/// solc compares a call's first four bytes with each function's selector, as `PUSH4 selector EQ`.
library Dispatch {
    uint256 private constant PUSH1 = 0x60;
    uint256 private constant PUSH4 = 0x63;
    uint256 private constant PUSH32 = 0x7f;
    uint256 private constant EQ = 0x14;

    /// @dev Whether these are the functions of IDeML and no other: the exclusive or of all selectors is the interface's
    /// identifier (ERC-165).
    function isInterface(bytes memory code) internal pure returns (bool) {
        bytes4 all;
        for (uint256 i = 0; i + 5 < code.length; ++i) {
            uint256 op = uint8(code[i]);
            if (op == PUSH4 && uint8(code[i + 5]) == EQ) all ^= _selectorAt(code, i + 1);
            if (op >= PUSH1 && op <= PUSH32) i += op + 1 - PUSH1;
        }
        return all == type(IDeML).interfaceId;
    }

    function _selectorAt(bytes memory code, uint256 start) private pure returns (bytes4 selector) {
        assembly ("memory-safe") {
            selector := and(mload(add(add(code, 32), start)), shl(224, 0xffffffff))
        }
    }
}
