// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeML} from "../../interfaces/IDeML.sol";
import {Checks} from "./Checks.sol";
import {Dispatch} from "./Dispatch.sol";
import {LocalBeacon} from "./LocalBeacon.sol";

/// @title Everybody who calls the contract
/// @notice Hosts, participants, miners honest and not, and strangers, in several competitions at once. The runner calls
/// these functions in any order. Where nothing of the kind can be done now, most bring a competition forward instead.
contract Handler is Checks {
    uint256 private immutable _salt;

    /// @param salt Makes the runs of one seed differ between campaigns.
    constructor(uint256 salt) {
        VM.warp(START);
        // From its compiled code: what is imported is compiled again, and this contract with each change of that one.
        bytes memory code = VM.getCode("contracts/DeML.sol:DeML");
        bytes memory key = LocalBeacon.key();
        bytes memory arguments = bytes.concat(key, abi.encode(GENESIS, PERIOD, SEAL_GAP));
        _deml = IDeML(_deploy(bytes.concat(code, arguments)));
        _keyHash = keccak256(key);
        _isInterface = Dispatch.isInterface(address(_deml).code);
        _salt = salt;
    }

    function _deploy(bytes memory code) private returns (address deployed) {
        assembly ("memory-safe") {
            deployed := create(0, add(code, 32), mload(code))
        }
        require(deployed != address(0), "the contract deploys");
    }

    /// @dev Each call draws from its own seed, and is in a block of its own.
    modifier step(uint256 seed) {
        _seed(uint256(keccak256(abi.encode(seed, _salt, ++_steps))));
        VM.roll(block.number + 1);
        _;
    }

    // ------------------------------------------------------------------------------------------------ all phases

    function create(uint256 seed) external step(seed) {
        if (_games.length == 0 || _mayOpenMore() && _games.length < MOST_GAMES) _create();
        else _advance();
    }

    function travel(uint256 seed) external step(seed) {
        if (_games.length == 0 || _chance(30)) _travel();
        else _advance();
    }

    function progress(uint256 seed) external step(seed) {
        _advance();
    }

    // ------------------------------------------------------------------------------------------------ one by one

    function join(uint256 seed) external step(seed) {
        if (_turn()) return;
        if (_chance(50)) _register(_anyGame(), _anybody());
        else _enroll(_anyGame(), _anybody());
    }

    function upload(uint256 seed) external step(seed) {
        if (_turn()) return;
        uint256 id = _anyGame();
        bool known = id < _games.length && _games[id].participants.length > 0 && _chance(80);
        _upload(id, known ? _games[id].participants[_between(0, _games[id].participants.length - 1)] : _anybody());
    }

    function postBeacon(uint256 seed) external step(seed) {
        if (_turn()) return;
        uint256 id = _between(0, _games.length - 1);
        uint256 epoch = _between(0, _games[id].terms.epochs);
        if (block.timestamp >= _roundTime(_unsealRound(id, epoch)) || _chance(20)) _postBeacon(id, epoch);
        else _advance();
    }

    function commit(uint256 seed) external step(seed) {
        if (_turn()) return;
        uint256 id = _anyGame();
        bool known = id < _games.length && _games[id].miners.length > 0 && _chance(80);
        address who = known ? _games[id].miners[_between(0, _games[id].miners.length - 1)] : _anybody();
        _commit(_someRound(id), who);
    }

    function reveal(uint256 seed) external step(seed) {
        if (_turn()) return;
        uint256 roundId = _someRound(_anyGame());
        address[] storage committed = _committed[roundId];
        bool known = committed.length > 0 && _chance(90);
        address who = known ? committed[_between(0, committed.length - 1)] : _anybody();
        if (_chance(60)) return _reveal(roundId, who);
        address[] memory miners = new address[](_between(0, 3));
        for (uint256 i = 0; i < miners.length; ++i) {
            miners[i] = _chance(50) ? who : _anybody();
        }
        _revealMany(roundId, miners);
    }

    function settle(uint256 seed) external step(seed) {
        if (_turn()) return;
        _settle(_someRound(_anyGame()), _chance(30));
    }

    function finalize(uint256 seed) external step(seed) {
        if (_turn()) return;
        _finalize(_anyGame(), _between(0, 3), _between(0, 2));
    }

    function pay(uint256 seed) external step(seed) {
        if (_turn()) return;
        uint256 id = _anyGame();
        uint256 which = _between(0, 2);
        if (which == 0) _claim(id, _anybody());
        else if (which == 1) _refund(id, _anybody());
        else _withdraw(id);
    }

    function intrude(uint256 seed) external step(seed) {
        if (_turn()) return;
        _intrude();
    }

    // ------------------------------------------------------------------------------------------------ choice

    /// @dev Whether somebody did what was due instead: more often than not, and at the start.
    function _turn() private returns (bool) {
        if (_games.length > 0 && _chance(40)) return false;
        _advance();
        return true;
    }

    /// @dev Of the competitions that are open, the one in which something changes next, so that nobody else lets its
    /// time pass; now and then one that ended.
    function _advance() private {
        if (_games.length == 0) return _create();
        uint256 any = _between(0, _games.length - 1);
        if (_games[any].status != IDeML.Status.Open && _chance(30)) return _progress(any);
        uint256[] memory open = _openGames();
        if (open.length == 0) {
            if (_games.length < MOST_GAMES && _chance(50)) return _create();
            return _progress(any);
        }
        uint256 chosen = open[0];
        uint256 least = type(uint256).max;
        for (uint256 i = 0; i < open.length; ++i) {
            uint256 time = _nextBoundary(open[i]);
            if (time < least) (chosen, least) = (open[i], time);
        }
        _progress(chosen);
    }
}
