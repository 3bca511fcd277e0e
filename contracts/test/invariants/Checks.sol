// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeML} from "../../interfaces/IDeML.sol";
import {Diligence} from "./Diligence.sol";

/// @title What must hold between calls
abstract contract Checks is Diligence {
    uint256 internal constant MOST_GAMES = 6;

    bytes32 internal _keyHash;
    /// @dev Whether the contract has the interface's functions and no other.
    bool internal _isInterface;

    /// @notice Looks at the state for one invariant, I1 to I13, and notes what is broken: at the competition of the
    /// last call, and at all the others in turn. What calls break is noted as they are made; that is all there is to I3
    /// (but for `windUp`), I5, I7, I10 and I11.
    function check(uint256 invariant_) external {
        if (_games.length == 0) return;
        if (invariant_ == 1) _checkBalance();
        else if (invariant_ == 2) _checkNothingLeft();
        else if (invariant_ == 13) _checkKeys();
        uint256 other = _steps % _games.length;
        if (_touched < _games.length) _checkGame(invariant_, _touched);
        if (other != _touched) _checkGame(invariant_, other);
    }

    function _checkGame(uint256 invariant_, uint256 id) private {
        if (invariant_ == 1) _checkDebts(id);
        else if (invariant_ == 4) _checkVotes(id);
        else if (invariant_ == 6) _checkPast(id);
        else if (invariant_ == 8) _checkBest(id);
        else if (invariant_ == 9) _checkBounds(id);
        else if (invariant_ == 12) _checkSeals(id);
    }

    function _checkBalance() private {
        uint256 expected = _forced;
        for (uint256 id = 0; id < _games.length; ++id) {
            expected += _games[id].deposits - _games[id].paid;
        }
        _equalTo(address(_deml).balance, expected, 1, "the balance");
    }

    /// @dev What the contract says that it owes, summed over everybody.
    function _checkDebts(uint256 id) private {
        Game storage g = _games[id];
        uint256 debts = _deml.pot(id);
        for (uint256 i = 0; i < g.creditors.length; ++i) {
            debts += _deml.owed(id, g.creditors[i]);
        }
        if (g.status == IDeML.Status.Cancelled) {
            for (uint256 i = 0; i < g.participants.length; ++i) {
                if (_deml.participant(id, g.participants[i]).registered) debts += g.buyIn;
            }
        } else if (g.potPaid) {
            _equalTo(_deml.pot(id), 0, 1, "the pot after its payment");
        }
        _equalTo(debts, g.deposits - g.paid, 1, "what is owed");
    }

    /// @dev What came into open competitions is all there, whatever others were paid.
    function _checkNothingLeft() private {
        uint256 deposits;
        for (uint256 id = 0; id < _games.length; ++id) {
            if (_games[id].status == IDeML.Status.Open) deposits += _games[id].deposits;
        }
        _expect(address(_deml).balance >= deposits, 2, "open competitions keep all that came in");
    }

    function _checkVotes(uint256 id) private {
        (bool found, uint256 roundId) = _currentRound(id);
        if (!found || _committed[roundId].length == 0) return;
        IDeML.Round memory r = _deml.round(roundId);
        _equalTo(r.committed, _committed[roundId].length, 4, "the number of votes");
        _equalTo(r.revealed, _revealed(roundId), 4, "the number of revealed votes");
        for (uint256 i = 0; i < _committed[roundId].length; ++i) {
            address miner = _committed[roundId][i];
            Ballot storage b = _ballots[roundId][miner];
            _equalTo(_deml.seat(roundId, miner).state, b.revealed ? 2 : 1, 4, "the state of a seat");
        }
    }

    /// @dev Terms, submissions, results and the end.
    function _checkPast(uint256 id) private {
        Game storage g = _games[id];
        IDeML.Competition memory c = _deml.competition(id);
        bool same = c.host == g.host && c.prizeFund == g.fund && c.fee == g.fee && c.bond == g.terms.bond;
        same = same && c.manifest == g.terms.manifest && c.quorum == g.terms.quorum && c.epochs == g.terms.epochs;
        same = same && c.minReveals == g.terms.minReveals && c.registrationEndsAt == g.terms.registrationEndsAt;
        same = same && c.submissionEndsAt == g.terms.submissionEndsAt && c.commitSecs == g.terms.commitSecs;
        same = same && c.revealSecs == g.terms.revealSecs && c.byteLimit == g.terms.byteLimit;
        same = same && c.miningPoolBps == g.terms.miningPoolBps && c.buyInBps == g.terms.buyInBps;
        same = same && c.maxPerParticipant == g.terms.maxPerParticipant;
        same = same && c.pricedSubmissions == g.terms.pricedSubmissions;
        _expect(same, 6, "the terms are those of the creation");
        _equalTo(uint256(c.status), uint256(g.status), 6, "the status");
        _equalTo(c.miners, g.miners.length, 6, "the number of miners");
        _equalTo(c.participants, g.participants.length, 6, "the number of participants");
        _equalTo(c.submissions, g.entries.length, 6, "the number of submissions");
        uint256[] memory rows = _deml.submissionsPage(id, 0, g.entries.length);
        for (uint256 i = 0; i < g.entries.length; ++i) {
            Entry storage e = g.entries[i];
            uint256 result = e.decided ? e.agreeing * 2 ** 17 + e.median : type(uint256).max;
            if (rows[3 * i] != uint256(e.hash) || rows[3 * i + 2] != result) {
                _expect(false, 6, "submissions and results stay as they are");
            }
        }
    }

    function _checkBest(uint256 id) private {
        IDeML.Competition memory c = _deml.competition(id);
        (uint256 best, uint256 score) = _best(id);
        _equalTo(c.bestScore, score, 8, "the best score");
        if (score > 0) _equalTo(c.best, best, 8, "the best submission");
    }

    function _checkBounds(uint256 id) private {
        Game storage g = _games[id];
        IDeML.Competition memory c = _deml.competition(id);
        uint256 most = _miningPool(id) + g.participants.length * g.buyIn;
        if (g.status == IDeML.Status.Cancelled) most = _miningPool(id);
        _expect(c.fees * _feePrice(id) <= most, 9, "fees within their bound");
        _expect(c.penalties <= g.miners.length * g.terms.bond, 9, "penalties within the bonds");
        for (uint256 i = 0; i < g.creditors.length; ++i) {
            address who = g.creditors[i];
            _equalTo(_deml.owed(id, who), _owed(id, who), 9, "what somebody is owed");
        }
    }

    function _checkSeals(uint256 id) private {
        for (uint8 epoch = 0; epoch < _games[id].terms.epochs; ++epoch) {
            uint256 drandRound = _deml.unsealRound(id, epoch);
            _equalTo(drandRound, _unsealRound(id, epoch), 12, "the round that unseals");
            _expect(_roundTime(drandRound) >= _epochEndsAt(id, epoch) + SEAL_GAP, 12, "the gap before it");
        }
    }

    function _checkKeys() private {
        bool same = _deml.GENESIS() == GENESIS && _deml.PERIOD() == PERIOD && _deml.SEAL_GAP() == SEAL_GAP;
        _expect(same && keccak256(_deml.beaconKey()) == _keyHash, 13, "the constants stay");
        _expect(_isInterface, 13, "the functions are those of the interface, no more");
        _equalTo(_deml.competitionCount(), _games.length, 13, "the number of competitions");
    }

    // ------------------------------------------------------------------------------------------------ the end

    /// @notice Lets all time pass and has strangers end everything and pay everybody (I3). What is left is what
    /// receivers refuse, and ether that came by force.
    function windUp() external {
        for (uint256 id = 0; id < _games.length; ++id) {
            if (_games[id].status == IDeML.Status.Open) _end(id);
            _expect(_games[id].status != IDeML.Status.Open, 3, "time and strangers end a competition");
        }
        uint256 left = _forced;
        for (uint256 id = 0; id < _games.length; ++id) {
            left += _payAll(id);
        }
        _equalTo(address(_deml).balance, left, 3, "what is left when all are paid");
        _checkBalance();
        _checkKeys();
        for (uint256 id = 0; id < _games.length; ++id) {
            for (uint256 i = 1; i <= 13; ++i) {
                _checkGame(i, id);
            }
        }
    }

    function _end(uint256 id) private {
        _travelTo(_games[id].terms.submissionEndsAt);
        for (uint256 epoch = 0; epoch < _games[id].terms.epochs; ++epoch) {
            if (_roundsOf(id, epoch) > 0) _travelTo(_evaluationEndsAt(id, epoch));
        }
        _conclude(id);
    }

    /// @return left What receivers refuse.
    function _payAll(uint256 id) private returns (uint256 left) {
        Game storage g = _games[id];
        if (g.status == IDeML.Status.Final) _withdraw(id);
        else _refund(id, g.host);
        if (!g.potPaid) left += _pot(id);
        for (uint256 i = 0; i < g.creditors.length; ++i) {
            _claim(id, g.creditors[i]);
            left += _owed(id, g.creditors[i]);
        }
        if (g.status == IDeML.Status.Final) return left;
        for (uint256 i = 0; i < g.participants.length; ++i) {
            _refund(id, g.participants[i]);
            if (!_party[id][g.participants[i]].refunded) left += g.buyIn;
        }
    }
}
