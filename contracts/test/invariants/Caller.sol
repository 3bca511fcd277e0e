// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeML} from "../../interfaces/IDeML.sol";
import {Coverage, Reached} from "./Coverage.sol";
import {Refusing, Reentering} from "./Receivers.sol";
import {Rules} from "./Rules.sol";

/// @title Where the contract is called
/// @notice Sends every call as a person, compares its fate with the rules, and watches gas and money. What is broken is
/// noted under its invariant's number: the run goes on, and the campaigns read the notes.
abstract contract Caller is Rules, Coverage {
    /// @notice What a call is, and what should become of it.
    struct Call {
        address from;
        uint256 value;
        bytes data;
        /// @dev 0 where it must go through, otherwise the invariant that it would break.
        uint256 breach;
        /// @dev Wei that it pays out.
        uint256 payment;
        address receiver;
        /// @dev Gas that it may take, however many take part.
        uint256 limit;
        /// @dev What it is, for notes.
        string name;
        /// @dev The competition that it is about.
        uint256 id;
    }

    uint256 private constant MAX_GAS = 2 ** 24;
    uint256 private constant PEOPLE = 12;

    IDeML internal _deml;
    address[] internal _people;
    /// @dev The first breach of each invariant.
    string[14] private _notes;
    /// @dev What was called, kept if DEML_INVARIANTS_TRACE is set: the runner shows seeds only.
    string[] private _trace;
    bool private immutable _traces;
    uint256 internal _steps;
    /// @dev The competition of the last call.
    uint256 internal _touched;

    constructor() {
        _traces = VM.envOr("DEML_INVARIANTS_TRACE", uint256(0)) == 1;
        _people.push(address(new Refusing()));
        _people.push(address(new Reentering()));
        _people.push(address(new Reentering()));
        while (_people.length < PEOPLE) {
            _people.push(address(uint160(uint256(keccak256(abi.encode("person", _people.length))))));
        }
    }

    /// @notice Empty while the invariant holds.
    function note(uint256 invariant_) external view returns (string memory text) {
        text = _notes[invariant_];
        if (bytes(text).length == 0) return text;
        for (uint256 i = 0; i < _trace.length; ++i) {
            text = string.concat(text, "\n", _trace[i]);
        }
    }

    function _expect(bool holds, uint256 invariant_, string memory what) internal {
        if (!holds && bytes(_notes[invariant_]).length == 0) {
            string memory when = string.concat(", at ", _text(block.timestamp), ", step ", _text(_steps));
            _notes[invariant_] = string.concat("I", _text(invariant_), ": ", what, when);
        }
    }

    function _anybody() internal returns (address) {
        return _people[_between(0, _people.length - 1)];
    }

    function _isRefusing(address who) internal view returns (bool) {
        return who == _people[0];
    }

    function _isReentering(address who) internal view returns (bool) {
        return who == _people[1] || who == _people[2];
    }

    /// @return ok Whether the call went through.
    function _send(Call memory c) internal returns (bool ok) {
        bool refuses = c.breach == 0 && c.payment > 0 && _isRefusing(c.receiver);
        if (refuses) c.breach = 9;
        _touched = c.id;
        uint256 before = address(_deml).balance;
        uint256 receiverHad = c.receiver.balance;
        uint256 gas;
        (ok, gas) = _call(c);
        // What is refused may burn its gas: a precompile keeps all of it when it does not like a point.
        if (c.breach == 0 && gas > c.limit) {
            _expect(false, 10, string.concat(_title(c), " takes ", _text(gas), " gas"));
        } else if (ok != (c.breach == 0)) {
            if (ok) _expect(false, c.breach, string.concat(_title(c), " is accepted"));
            else _expect(false, c.payment > 0 ? 3 : 11, string.concat(_title(c), " is refused"));
        }
        if (_traces) _trace.push(_line(c, ok));
        if (!ok) _reach(refuses ? Reached.ReceiverRefused : Reached.CallRefused);
        if (!ok) (c.value, c.payment) = (0, 0);
        if (address(_deml).balance != before + c.value - c.payment) {
            _expect(false, c.payment > 0 ? 9 : 2, string.concat(_title(c), " moves another amount"));
        } else if (c.payment > 0) {
            _expect(c.receiver.balance == receiverHad + c.payment, 9, string.concat(_title(c), " pays somebody else"));
        }
    }

    function _call(Call memory c) private returns (bool ok, uint256 gas) {
        if (c.value > 0) VM.deal(c.from, c.from.balance + c.value);
        (address to, bytes memory data, uint256 value) = (address(_deml), c.data, c.value);
        VM.prank(c.from);
        gas = gasleft();
        (ok,) = to.call{value: value, gas: MAX_GAS}(data);
        gas -= gasleft();
        if (!ok && c.value > 0) VM.deal(c.from, c.from.balance - c.value);
    }

    function _title(Call memory c) private pure returns (string memory) {
        return string.concat(c.name, " in competition ", _text(c.id));
    }

    function _line(Call memory c, bool ok) private view returns (string memory) {
        uint256 person;
        while (_people[person] != c.from) ++person;
        string memory time = string.concat(_text(_steps), " @", _text(block.timestamp - START));
        return string.concat(time, " person ", _text(person), ": ", _title(c), ok ? "" : ": refused");
    }

    function _equalTo(uint256 actual, uint256 expected, uint256 invariant_, string memory what) internal {
        if (actual == expected) return;
        _expect(false, invariant_, string.concat(what, " is ", _text(actual), " instead of ", _text(expected)));
    }
}
