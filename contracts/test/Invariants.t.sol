// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Fuzz} from "./Fuzz.sol";
import {Reached} from "./invariants/Coverage.sol";
import {Handler} from "./invariants/Handler.sol";

/// @notice A campaign over the whole contract: runs of many calls by everybody, and one invariant that is looked at
/// after each call. At the end of each run all thirteen are, after everybody was paid.
abstract contract Campaign is Fuzz {
    /// @dev From this run on a campaign must have seen everything.
    uint256 private constant RUNS_TO_REACH_ALL = 256;

    /// @dev As the runner reads it.
    struct FuzzSelector {
        address target;
        bytes4[] selectors;
    }

    Handler private _handler;
    uint256 private immutable _number;

    constructor(uint256 number) {
        _number = number;
    }

    function setUp() public {
        bytes memory code = VM.getCode("contracts/test/invariants/Handler.sol:Handler");
        code = bytes.concat(code, abi.encode(_number));
        address handler;
        assembly ("memory-safe") {
            handler := create(0, add(code, 32), mload(code))
        }
        require(handler != address(0), "the handler deploys");
        _handler = Handler(handler);
    }

    /// @dev Nothing but the handler: the runner would call whatever `setUp` deploys.
    function targetContracts() external view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(_handler);
    }

    /// @dev What the runner calls of it, in any order.
    function targetSelectors() external view returns (FuzzSelector[] memory list) {
        list = new FuzzSelector[](1);
        bytes4[] memory selectors = new bytes4[](12);
        selectors[0] = Handler.create.selector;
        selectors[1] = Handler.travel.selector;
        selectors[2] = Handler.progress.selector;
        selectors[3] = Handler.join.selector;
        selectors[4] = Handler.upload.selector;
        selectors[5] = Handler.postBeacon.selector;
        selectors[6] = Handler.commit.selector;
        selectors[7] = Handler.reveal.selector;
        selectors[8] = Handler.settle.selector;
        selectors[9] = Handler.finalize.selector;
        selectors[10] = Handler.pay.selector;
        selectors[11] = Handler.intrude.selector;
        list[0] = FuzzSelector({target: address(_handler), selectors: selectors});
    }

    function _hold() internal {
        _handler.check(_number);
        _require(_number);
    }

    function _require(uint256 number) private view {
        string memory note = _handler.note(number);
        require(bytes(note).length == 0, note);
    }

    function afterInvariant() public {
        _handler.windUp();
        _require(_number);
        // A planted fault must be found by the invariant that it breaks (scripts/mutants.ts).
        if (VM.envOr("DEML_INVARIANTS_ALONE", uint256(0)) == 1) return;
        for (uint256 i = 1; i <= 13; ++i) {
            _require(i);
        }
        _requireReach();
    }

    /// @dev A run's state is gone after it: what all runs reached together is kept in the process.
    function _requireReach() private {
        string memory name = string.concat("DEML_CAMPAIGN_", _text(_number));
        string memory count = string.concat(name, "_RUNS");
        uint256 reached = VM.envOr(name, uint256(0)) | _handler.reached();
        uint256 runs = VM.envOr(count, uint256(0)) + 1;
        VM.setEnv(name, _text(reached));
        VM.setEnv(count, _text(runs));
        if (runs < RUNS_TO_REACH_ALL) return;
        string memory missing;
        for (uint256 i = 0; i <= uint256(type(Reached).max); ++i) {
            if (reached >> i & 1 == 0) missing = string.concat(missing, " ", _text(i));
        }
        require(bytes(missing).length == 0, string.concat("never reached of `Reached`, counted from 0:", missing));
    }
}

contract I01Test is Campaign(1) {
    function invariant_I01_solvency() public {
        _hold();
    }
}

contract I02Test is Campaign(2) {
    function invariant_I02_nothingLeavesEarly() public {
        _hold();
    }
}

contract I03Test is Campaign(3) {
    function invariant_I03_noDeadEnd() public {
        _hold();
    }
}

contract I04Test is Campaign(4) {
    function invariant_I04_votesAreBonded() public {
        _hold();
    }
}

contract I05Test is Campaign(5) {
    function invariant_I05_commitThenReveal() public {
        _hold();
    }
}

contract I06Test is Campaign(6) {
    function invariant_I06_whatIsDecidedStays() public {
        _hold();
    }
}

contract I07Test is Campaign(7) {
    function invariant_I07_honestMinersAreSafe() public {
        _hold();
    }
}

contract I08Test is Campaign(8) {
    function invariant_I08_orderDoesNotMatter() public {
        _hold();
    }
}

contract I09Test is Campaign(9) {
    function invariant_I09_boundedAmounts() public {
        _hold();
    }
}

contract I10Test is Campaign(10) {
    function invariant_I10_boundedWork() public {
        _hold();
    }
}

contract I11Test is Campaign(11) {
    function invariant_I11_noJam() public {
        _hold();
    }
}

contract I12Test is Campaign(12) {
    function invariant_I12_sealedUntilTheEnd() public {
        _hold();
    }
}

contract I13Test is Campaign(13) {
    function invariant_I13_noKeys() public {
        _hold();
    }
}
