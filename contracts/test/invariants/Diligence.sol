// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeML} from "../../interfaces/IDeML.sol";
import {Payments} from "./Payments.sol";
import {Reached} from "./Coverage.sol";

/// @title What has to happen next
/// @notice Brings competitions forward, so that a run of a hundred calls sees whole ones: does what its phase asks for,
/// or lets time pass. Not everybody does what should be done.
abstract contract Diligence is Payments {
    // ------------------------------------------------------------------------------------------------ time

    function _travelTo(uint256 time) internal {
        if (time > block.timestamp) VM.warp(time);
    }

    /// @dev The next moment at which something changes for a competition; 0 if there is none.
    function _nextBoundary(uint256 id) internal returns (uint256) {
        IDeML.Terms storage t = _games[id].terms;
        if (_games[id].status != IDeML.Status.Open) return 0;
        if (block.timestamp < t.registrationEndsAt) return t.registrationEndsAt;
        for (uint256 epoch = 0; epoch < t.epochs; ++epoch) {
            if (block.timestamp < _epochEndsAt(id, epoch)) return _epochEndsAt(id, epoch);
            if (_isEpochDecided(id, epoch)) continue;
            if (block.timestamp < _startsAt(id, epoch)) return _startsAt(id, epoch);
            (bool found, uint256 roundId) = _currentRound(id);
            if (!found) return 0;
            Window memory w = _window(roundId);
            if (block.timestamp < w.commitEndsAt) return w.commitEndsAt;
            return block.timestamp < w.revealEndsAt ? w.revealEndsAt : w.settleEndsAt;
        }
        return 0;
    }

    /// @dev To the next boundary of any competition, or a second beside it.
    function _travel() internal {
        uint256 next = type(uint256).max;
        for (uint256 id = 0; id < _games.length; ++id) {
            uint256 time = _nextBoundary(id);
            if (time > block.timestamp && time < next) next = time;
        }
        if (next == type(uint256).max) return _travelTo(block.timestamp + _between(1, 60));
        _travelTo(_chance(70) ? next : next + 1 - 2 * _between(0, 1));
    }

    // ------------------------------------------------------------------------------------------------ next steps

    function _progress(uint256 id) internal {
        Game storage g = _games[id];
        if (g.status != IDeML.Status.Open) return _settleAccounts(id);
        if (block.timestamp < g.terms.registrationEndsAt) return _gather(id);
        bool few = g.participants.length == 0 || g.miners.length < g.terms.minReveals;
        if (few) return _finalize(id, 0, 0);
        if (_chance(5)) _commitEarly(id);
        (bool found, uint256 roundId) = _currentRound(id);
        if (found && _chance(80)) return _evaluate(roundId);
        if (block.timestamp < g.terms.submissionEndsAt) return _work(id);
        if (found) return _evaluate(roundId);
        if (_chance(70)) _overtake(id);
        else _conclude(id);
    }

    function _gather(uint256 id) private {
        Game storage g = _games[id];
        uint256 participants = _isCrowded(id) ? 5 : _between(1, 3);
        uint256 miners = g.terms.minReveals + _between(0, 3);
        if (_chance(8)) return _travel();
        for (uint256 i = 0; i < _people.length; ++i) {
            address who = _people[(i + _steps) % _people.length];
            if (_chance(30) || (_party[id][who].participant || _party[id][who].miner) && _chance(90)) continue;
            if (g.participants.length < participants) _register(id, who);
            else if (g.miners.length < miners) _enroll(id, who);
        }
        if (_chance(50)) _travel();
    }

    /// @dev Where so many may take part that a round cannot hold all that they submit.
    function _isCrowded(uint256 id) private view returns (bool) {
        return _games[id].terms.maxPerParticipant == 8 && _games[id].terms.epochs == 1;
    }

    function _work(uint256 id) private {
        Game storage g = _games[id];
        uint256 epoch = _runningEpoch(id);
        (, uint256 count) = _entriesOf(id, epoch);
        if (count >= 7 || _chance(20)) return _travel();
        if (_isCrowded(id) && _chance(50)) {
            for (uint256 i = 0; i < g.participants.length; ++i) {
                _flood(id, g.participants[i]);
            }
            return;
        }
        for (uint256 i = 0; i < 3; ++i) {
            _upload(id, g.participants[_between(0, g.participants.length - 1)]);
        }
        if (_chance(40)) _travel();
    }

    function _evaluate(uint256 roundId) private {
        (uint256 id, uint256 epoch,,) = _split(roundId);
        Window memory w = _window(roundId);
        if (!_posted[_unsealRound(id, epoch)]) {
            if (_chance(10)) return _travel();
            _postBeacon(id, epoch);
        }
        if (block.timestamp < w.commitEndsAt) return _commitAll(roundId);
        if (block.timestamp == w.commitEndsAt) _commitLate(roundId);
        if (block.timestamp < w.revealEndsAt && _revealed(roundId) < _willing(roundId)) _revealAll(roundId);
        if (_maySettle(roundId) == 8) _settle(roundId, false); // Right but for the time.
        if (_maySettle(roundId) == 0 && _chance(85)) return _settle(roundId, _chance(25));
        _travel();
    }

    /// @dev Everybody who has a seat and has not committed, but for some.
    function _commitAll(uint256 roundId) private {
        address[] storage miners = _games[roundId >> 48].miners;
        bool any;
        for (uint256 i = 0; i < miners.length; ++i) {
            if (_ballots[roundId][miners[i]].committed || _isAbsent(roundId, miners[i])) continue;
            if (!_isSeated(roundId, miners[i]) && _chance(90)) continue;
            _commit(roundId, miners[i]);
            any = true;
        }
        if (!any || _chance(60)) _travel();
    }

    /// @dev One in sixteen does not commit in an attempt, one in twelve does not reveal.
    function _isAbsent(uint256 roundId, address miner) private pure returns (bool) {
        return uint256(keccak256(abi.encode(roundId, miner, "absent"))) % 16 == 0;
    }

    function _isSilent(uint256 roundId, address miner) private pure returns (bool) {
        return uint256(keccak256(abi.encode(roundId, miner, "silent"))) % 12 == 0;
    }

    /// @dev How many will reveal, going by what they are and what they committed.
    function _willing(uint256 roundId) private view returns (uint256 count) {
        if (_mayReveal(roundId) != 0) return 0;
        address[] storage committed = _committed[roundId];
        for (uint256 i = 0; i < committed.length; ++i) {
            if (_isWilling(roundId, committed[i])) ++count;
        }
    }

    function _isWilling(uint256 roundId, address miner) private view returns (bool) {
        Ballot storage b = _ballots[roundId][miner];
        if (b.revealed) return true;
        return !_isSilent(roundId, miner) && _mayReveal(roundId, address(_deml), miner, b.salt, b.scores) == 0;
    }

    function _revealAll(uint256 roundId) private {
        address[] memory willing = _shuffled(roundId);
        if (_chance(25)) return _comparePlays(roundId, willing);
        if (_chance(50)) return _revealMany(roundId, willing);
        for (uint256 i = 0; i < willing.length; ++i) {
            if (!_ballots[roundId][willing[i]].revealed) _reveal(roundId, willing[i]);
        }
    }

    function _shuffled(uint256 roundId) private returns (address[] memory willing) {
        address[] storage committed = _committed[roundId];
        willing = new address[](_willing(roundId));
        uint256 count;
        for (uint256 i = 0; i < committed.length; ++i) {
            if (!_isWilling(roundId, committed[i])) continue;
            uint256 j = _between(0, count);
            willing[count++] = willing[j];
            willing[j] = committed[i];
        }
    }

    // ------------------------------------------------------------------------------------------------ order

    /// @dev Plays the rest of an attempt twice from here, with the reveals in two orders: nothing may differ.
    function _comparePlays(uint256 roundId, address[] memory miners) private {
        uint256 snapshot = VM.snapshotState();
        bytes32 first = _play(roundId, miners, 0);
        require(VM.revertToState(snapshot), "the runner goes back");
        bytes32 second = _play(roundId, miners, 1);
        _expect(first == second, 8, "the order of reveals changes nothing");
        _reachIf(first != 0 && miners.length > 1, Reached.OtherOrder);
    }

    /// @return What is left of it on the chain, 0 if the round cannot be settled.
    function _play(uint256 roundId, address[] memory miners, uint256 order) private returns (bytes32) {
        for (uint256 i = 0; i < miners.length; ++i) {
            address miner = miners[order == 0 ? i : miners.length - 1 - i];
            Ballot storage b = _ballots[roundId][miner];
            if (!b.revealed) _sendReveal(roundId, miner, b.salt, b.scores);
        }
        _travelTo(_window(roundId).revealEndsAt);
        if (_maySettle(roundId) != 0) return 0;
        _seed(roundId); // The same settler.
        _settle(roundId, false);
        return _digest(roundId >> 48);
    }

    /// @dev Of everything about a competition but block numbers.
    function _digest(uint256 id) private view returns (bytes32 digest) {
        Game storage g = _games[id];
        digest = keccak256(abi.encode(_deml.competition(id)));
        for (uint256 i = 0; i < g.creditors.length; ++i) {
            digest = keccak256(abi.encode(digest, _deml.account(id, g.creditors[i])));
        }
        for (uint256 i = 0; i < g.entries.length; ++i) {
            digest = keccak256(abi.encode(digest, _deml.submissionsPage(id, i, 1)[2]));
        }
    }

    /// @dev Evaluates the epoch after one that stayed undecided, which nobody may: the end is certain.
    function _overtake(uint256 id) private {
        for (uint256 epoch = 1; epoch < _games[id].terms.epochs; ++epoch) {
            (bool found, uint256 earlier) = _earlierEpoch(id, epoch);
            if (!found || _roundsOf(id, epoch) == 0 || _isEpochDecided(id, earlier)) continue;
            if (block.timestamp < _evaluationEndsAt(id, earlier)) return;
            _travelTo(_startsAt(id, epoch));
            if (!_posted[_unsealRound(id, epoch)]) _postBeacon(id, epoch);
            return _commitAll(_roundId(id, epoch, 0, 0));
        }
        _conclude(id);
    }

    // ------------------------------------------------------------------------------------------------ the end

    /// @dev Finalizes if that is possible, else waits.
    function _conclude(uint256 id) internal {
        for (uint256 epoch = 0; epoch < _games[id].terms.epochs; ++epoch) {
            for (uint256 round = 0; round < _roundsOf(id, epoch); ++round) {
                if (_decided[_roundId(id, epoch, round, 0)]) continue;
                if (block.timestamp < _evaluationEndsAt(id, epoch)) return _travel();
                // As if there were a fourth attempt.
                if (_posted[_unsealRound(id, epoch)]) _commitLate(_roundId(id, epoch, round, 3));
                return _finalize(id, epoch, round);
            }
        }
        _finalize(id, 0, 0);
    }

    /// @dev Pays some who are owed something.
    function _settleAccounts(uint256 id) private {
        Game storage g = _games[id];
        if (g.status == IDeML.Status.Final) _withdraw(id);
        else _refund(id, g.host);
        for (uint256 i = 0; i < g.creditors.length; ++i) {
            if (_chance(60)) _claim(id, g.creditors[i]);
        }
        for (uint256 i = 0; i < g.participants.length; ++i) {
            if (_chance(60)) _refund(id, g.participants[i]);
        }
    }
}
