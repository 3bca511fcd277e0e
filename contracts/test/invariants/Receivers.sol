// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Takes no payment, so that whatever is owed to it stays.
contract Refusing {
    receive() external payable {
        revert("no, thank you");
    }
}

/// @notice Answers a payment with the call that paid it.
contract Reentering {
    /// @notice How often that went through.
    uint256 public reentries;

    address private _to;
    bytes private _data;

    function aim(address to, bytes calldata data) external {
        (_to, _data) = (to, data);
    }

    receive() external payable {
        address to = _to;
        if (to == address(0)) return;
        _to = address(0);
        (bool ok,) = to.call(_data);
        if (ok) ++reentries;
    }
}

/// @notice Sends its ether where no function takes it.
contract Forcing {
    constructor(address payable to) payable {
        selfdestruct(to);
    }
}
