// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeML} from "../../interfaces/IDeML.sol";
import {Reached} from "./Coverage.sol";
import {Limits} from "./Limits.sol";
import {Settling} from "./Settling.sol";

/// @title Committing and revealing
abstract contract Evaluation is Settling {
    // ------------------------------------------------------------------------------------------------ choice

    /// @dev A round of the epoch that is evaluated now, and the attempt of this second.
    function _currentRound(uint256 id) internal returns (bool found, uint256 roundId) {
        for (uint256 epoch = 0; epoch < _games[id].terms.epochs; ++epoch) {
            uint256 rounds = _roundsOf(id, epoch);
            if (rounds == 0 || _isEpochDecided(id, epoch)) continue;
            uint256 startsAt = _startsAt(id, epoch);
            if (block.timestamp < startsAt || block.timestamp >= _evaluationEndsAt(id, epoch)) return (false, 0);
            uint256 round = _between(0, rounds - 1);
            while (_decided[_roundId(id, epoch, round, 0)]) round = (round + 1) % rounds;
            return (true, _roundId(id, epoch, round, (block.timestamp - startsAt) / _attemptSecs(id, epoch)));
        }
    }

    /// @dev A round of the epoch that is evaluated next, or now, and the attempt that begins next.
    function _nextRound(uint256 id) private returns (bool found, uint256 roundId) {
        for (uint256 epoch = 0; epoch < _games[id].terms.epochs; ++epoch) {
            uint256 rounds = _roundsOf(id, epoch);
            if (rounds == 0 || _isEpochDecided(id, epoch)) continue;
            uint256 startsAt = _startsAt(id, epoch);
            uint256 attempt;
            if (block.timestamp >= startsAt) attempt = 1 + (block.timestamp - startsAt) / _attemptSecs(id, epoch);
            uint256 round = _between(0, rounds - 1);
            while (_decided[_roundId(id, epoch, round, 0)]) round = (round + 1) % rounds;
            return (attempt < 3, _roundId(id, epoch, round, attempt));
        }
    }

    /// @dev The current round, or any that might be confused with it.
    function _someRound(uint256 id) internal returns (uint256 roundId) {
        if (id >= _games.length) return _roundId(id, 0, 0, 0);
        bool found;
        (found, roundId) = _currentRound(id);
        if (found && _chance(80)) return roundId;
        uint256 epoch = _between(0, _games[id].terms.epochs);
        uint256 round = _between(0, _chance(80) ? 0 : 2);
        uint256 attempt = _between(0, 3);
        // What would be the attempt now if the round were not decided.
        bool hasBegun = _roundsOf(id, epoch) > 0 && block.timestamp >= _startsAt(id, epoch);
        if (hasBegun && _chance(60)) attempt = (block.timestamp - _startsAt(id, epoch)) / _attemptSecs(id, epoch) % 256;
        return _roundId(id, epoch, round, attempt);
    }

    // ------------------------------------------------------------------------------------------------ commitments

    /// @dev Commits what this miner makes of the round; sometimes bound to something else, so that it is worth nothing.
    function _commit(uint256 roundId, address miner) internal {
        Ballot memory b;
        (b.salt, b.committed) = (keccak256(abi.encode(roundId, miner, _steps)), true);
        b.scores = _opinion(roundId, miner);
        uint256 fault = _chance(97) ? 0 : _between(1, 4);
        b.commitment = keccak256(
            abi.encode(
                fault == 1 ? block.chainid + 1 : block.chainid,
                fault == 2 ? address(this) : address(_deml),
                fault == 3 ? roundId ^ 1 : roundId,
                fault == 4 ? _anybody() : miner,
                b.salt,
                b.scores
            )
        );
        _reachIf(fault != 0, Reached.WrongBinding);
        bytes memory box = new bytes(_chance(2) ? 512 + _between(0, 1) : 0);
        _sendCommit(roundId, miner, b, box);
    }

    /// @dev All is right with it but the time: a miner of the committee, before its attempt. Where the beacon is not
    /// posted yet, it comes before its time.
    function _commitEarly(uint256 id) internal {
        (bool found, uint256 roundId) = _nextRound(id);
        (, uint256 epoch,,) = _split(roundId);
        if (!found || block.timestamp < _epochEndsAt(id, epoch)) return;
        if (!_posted[_unsealRound(id, epoch)]) _postBeacon(id, epoch);
        address[] storage miners = _games[id].miners;
        uint256 chosen = _between(0, miners.length - 1);
        while (!_isSeated(roundId, miners[chosen])) chosen = (chosen + 1) % miners.length;
        _commit(roundId, miners[chosen]);
    }

    /// @dev The same after the window, or after the last attempt: the first of the committee that has not committed.
    function _commitLate(uint256 roundId) internal {
        address[] storage miners = _games[roundId >> 48].miners;
        for (uint256 i = 0; i < miners.length; ++i) {
            if (_ballots[roundId][miners[i]].committed || !_isSeated(roundId, miners[i])) continue;
            return _commit(roundId, miners[i]);
        }
    }

    function _sendCommit(uint256 roundId, address miner, Ballot memory b, bytes memory box) private {
        Call memory c;
        (c.from, c.name, c.id, c.limit) = (miner, "commitScores", roundId >> 48, Limits.COMMIT_SCORES);
        c.data = abi.encodeCall(IDeML.commitScores, (roundId, b.commitment, box));
        c.breach = _mayCommit(roundId, miner, box.length);
        if (!_send(c)) {
            _reachIf(c.breach == 8, Reached.EarlierEpochUndecided);
            _reachIf(c.breach == 5 && _isTooEarly(roundId, miner, box.length), Reached.CommitTooEarly);
            return _reachIf(c.breach == 4 && _isUnseated(roundId, miner), Reached.NoSeat);
        }
        _ballots[roundId][miner] = b;
        _committed[roundId].push(miner);
        (uint256 id, uint256 epoch,, uint256 attempt) = _split(roundId);
        _reachIf(_games[id].miners.length > _games[id].terms.quorum, Reached.DrawnSeats);
        _reachIf(attempt == 1, Reached.SecondAttempt);
        _reachIf(attempt == 2, Reached.ThirdAttempt);
        _expect(_roundTime(_unsealRound(id, epoch)) <= block.timestamp, 12, "no evaluation before the unsealing");
        _equalTo(_deml.round(roundId).committed, _committed[roundId].length, 4, "the number of votes");
        _expect(_committed[roundId].length <= _games[id].terms.quorum, 4, "no more votes than seats");
    }

    /// @dev Whether nothing but the time was wrong.
    function _isTooEarly(uint256 roundId, address miner, uint256 boxLength) private returns (bool) {
        if (!_isRound(roundId) || block.timestamp >= _window(roundId).startsAt) return false;
        return _mayCommitInTime(roundId, miner, boxLength) == 0;
    }

    function _isUnseated(uint256 roundId, address miner) private returns (bool) {
        (uint256 id,,,) = _split(roundId);
        return id < _games.length && _party[id][miner].miner && !_isSeated(roundId, miner);
    }

    /// @dev Honest miners say the truth, liars all the same, idlers 0, others abstain here and there or say anything.
    function _opinion(uint256 roundId, address miner) private returns (bytes memory row) {
        bool exists = _isRound(roundId);
        (uint256 first, uint256 count) = exists ? _entriesOfRound(roundId) : (0, 1);
        uint256 kind = _kind(roundId >> 48, miner);
        for (uint256 i = 0; i < count; ++i) {
            uint256 score = exists ? _games[roundId >> 48].entries[first + i].truth : 0;
            if (kind == 1) score = score == 77_777 ? 1 : 77_777;
            else if (kind == 2) score = 0;
            else if (kind == 3) score = _chance(50) ? ABSTAIN : score;
            else if (kind == 4) score = _chance(5) ? ABSTAIN + 1 : _between(0, 100_000);
            row = bytes.concat(row, bytes4(uint32(score)));
        }
    }

    /// @dev 0 is honest. Some competitions have honest miners only, in others they are few.
    function _kind(uint256 id, address miner) internal pure returns (uint256) {
        uint256 honest = [uint256(100), 80, 60, 30][uint256(keccak256(abi.encode(id))) % 4];
        uint256 draw = uint256(keccak256(abi.encode(id, miner)));
        return draw % 100 < honest ? 0 : 1 + draw / 100 % 4;
    }

    // ------------------------------------------------------------------------------------------------ reveals

    /// @dev Reveals a ballot as it is, or with something changed.
    function _reveal(uint256 roundId, address miner) internal {
        Ballot storage b = _ballots[roundId][miner];
        (bytes32 salt, bytes memory scores) = (b.salt, b.scores);
        uint256 fault = _chance(90) ? 0 : _between(1, 3);
        if (fault == 1) salt ^= bytes32(uint256(1));
        else if (fault == 2 && scores.length > 0) scores[_between(0, scores.length - 1)] ^= 0x01;
        else if (fault == 3) scores = bytes.concat(scores, bytes4(0));
        _sendReveal(roundId, miner, salt, scores);
    }

    function _sendReveal(uint256 roundId, address miner, bytes32 salt, bytes memory scores) internal {
        Call memory c;
        (c.from, c.name, c.id, c.limit) = (_anybody(), "revealScores", roundId >> 48, Limits.REVEAL_SCORES);
        c.data = abi.encodeCall(IDeML.revealScores, (roundId, miner, salt, scores));
        c.breach = _mayReveal(roundId, address(_deml), miner, salt, scores);
        if (!_send(c)) {
            _expect(c.breach != 0, 5, "a commitment works for its miner");
            return _reachIf(c.breach == 11, Reached.ScoreTooLarge);
        }
        _ballots[roundId][miner].revealed = true;
        _checkReveal(roundId, miner);
    }

    /// @dev Reveals these in one call, whether or not somebody was first.
    function _revealMany(uint256 roundId, address[] memory miners) internal {
        bytes32[] memory salts = new bytes32[](miners.length);
        bytes memory scores;
        Call memory c;
        c.breach = _mayReveal(roundId);
        for (uint256 i = 0; i < miners.length; ++i) {
            Ballot storage b = _ballots[roundId][miners[i]];
            salts[i] = b.salt;
            scores = bytes.concat(scores, b.scores);
            if (c.breach != 0 || b.revealed) continue;
            c.breach = _mayReveal(roundId, address(_deml), miners[i], b.salt, b.scores);
        }
        (c.from, c.name, c.id) = (_anybody(), "revealMany", roundId >> 48);
        c.limit = Limits.revealMany(miners.length);
        c.data = abi.encodeCall(IDeML.revealMany, (roundId, miners, salts, scores));
        if (!_send(c)) {
            _expect(c.breach != 0, 5, "commitments work for their miners");
            return _reachIf(c.breach == 11, Reached.ScoreTooLarge);
        }
        for (uint256 i = 0; i < miners.length; ++i) {
            _ballots[roundId][miners[i]].revealed = true;
        }
        for (uint256 i = 0; i < miners.length; ++i) {
            _checkReveal(roundId, miners[i]);
        }
    }

    function _checkReveal(uint256 roundId, address miner) private {
        _equalTo(_deml.round(roundId).revealed, _revealed(roundId), 4, "the number of revealed votes");
        IDeML.Seat memory s = _deml.seat(roundId, miner);
        uint192 digest = uint192(uint256(keccak256(_ballots[roundId][miner].scores)));
        _expect(s.state == 2 && s.digest == digest, 5, "what is revealed is what was committed");
    }
}
