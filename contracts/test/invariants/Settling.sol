// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeML} from "../../interfaces/IDeML.sol";
import {Reached} from "./Coverage.sol";
import {Limits} from "./Limits.sol";
import {Uploads} from "./Uploads.sol";
import {Verdicts} from "./Verdicts.sol";

/// @title Settling rounds, and what that books
abstract contract Settling is Uploads, Verdicts {
    /// @dev What a round did to one of its miners.
    struct Booked {
        uint256 fees;
        uint256 dissents;
    }

    /// @dev Settles as the protocol asks, or nearly so.
    function _settle(uint256 roundId, bool spoiled) internal {
        Settle memory right;
        if (_isRound(roundId)) right = _verdict(roundId);
        Settle memory s = abi.decode(abi.encode(right), (Settle));
        uint256 broken = spoiled ? _spoil(s) : 7;
        Call memory c;
        (c.from, c.name, c.id) = (_anybody(), "settle", roundId >> 48);
        c.limit = Limits.settle(s.miners.length + s.silent.length, s.medians.length / 4);
        c.data = abi.encodeCall(IDeML.settle, (roundId, s.miners, s.scores, s.silent, s.medians, s.mask));
        c.breach = _maySettle(roundId);
        bool isRight = keccak256(abi.encode(s)) == keccak256(abi.encode(right));
        if (c.breach == 0 && !isRight) {
            c.breach = broken;
            _reach(Reached.WrongSettle);
        }
        uint256[] memory before = _dissents(roundId >> 48, s.miners);
        if (!_send(c)) return;
        _book(roundId, s, c.from);
        _checkHonest(roundId, s, before);
    }

    /// @dev Changes what is claimed, in one place.
    /// @return The invariant that this would break: I4 if it is about who said what, else I7.
    function _spoil(Settle memory s) private returns (uint256) {
        if (s.miners.length == 0 || s.medians.length == 0) return 7;
        uint256 count = s.medians.length / 4;
        uint256 place = _between(0, count - 1);
        uint256 other = _between(0, s.miners.length - 1);
        uint256 fault = _between(0, 11);
        if (fault == 0) s.mask ^= 2 ** place;
        else if (fault == 1) s.mask ^= 2 ** (count + _between(0, 3));
        else if (fault == 2) s.scores[4 * count * other + 4 * place + 3] ^= 0x01;
        else if (fault == 3) s.scores = bytes.concat(s.scores, bytes4(0));
        else if (fault == 4) s.medians = bytes.concat(s.medians, bytes4(0));
        else if (fault == 5) s.silent = _without(s.silent);
        else if (fault == 6) (s.miners[0], s.miners[other]) = (s.miners[other], s.miners[0]);
        else if (fault == 7) s.miners[other] = s.miners[0];
        else if (fault == 8) _repeatFirst(s, count);
        else if (fault == 9 && s.silent.length > 0) s.silent[s.silent.length - 1] = s.silent[0];
        else if (fault == 10 && s.silent.length > 0) s.silent[0] = s.miners[other];
        else return _claimAnother(s, place, _score(s.scores, count * other + place));
        return fault == 2 || fault >= 6 ? 4 : 7;
    }

    /// @dev The first miner's row also under the second one's place.
    function _repeatFirst(Settle memory s, uint256 count) private pure {
        if (s.miners.length < 2) return;
        s.miners[1] = s.miners[0];
        for (uint256 i = 0; i < 4 * count; ++i) {
            s.scores[4 * count + i] = s.scores[i];
        }
    }

    /// @dev Claims a score that somebody has said, or one beside it, as the median: I7.
    function _claimAnother(Settle memory s, uint256 place, uint256 score) private returns (uint256) {
        if (_score(s.medians, place) == score) score = score > 0 && _chance(50) ? score - 1 : score + 1;
        for (uint256 i = 0; i < 4; ++i) {
            s.medians[4 * place + 3 - i] = bytes1(uint8(score >> (8 * i)));
        }
        if (_chance(50)) s.mask &= ~(2 ** place);
        return 7;
    }

    function _without(address[] memory list) private pure returns (address[] memory shorter) {
        if (list.length == 0) return list;
        shorter = new address[](list.length - 1);
        for (uint256 i = 0; i < shorter.length; ++i) {
            shorter[i] = list[i];
        }
    }

    // ------------------------------------------------------------------------------------------------ books

    /// @dev Books a settled round and compares results and accounts.
    function _book(uint256 roundId, Settle memory s, address settler) private {
        _decided[roundId >> 8 << 8] = true;
        uint256 settled = _decideEntries(roundId, s);
        uint256 count = s.medians.length / 4;
        uint256 weight = count < 5 ? 5 / count : 1;
        for (uint256 i = 0; i < s.miners.length; ++i) {
            _credit(roundId >> 48, s.miners[i], _count(s, i, weight));
        }
        for (uint256 i = 0; i < s.silent.length; ++i) {
            _credit(roundId >> 48, s.silent[i], Booked(0, settled));
        }
        _reachIf(s.silent.length > 0 && settled > 0, Reached.SilentPenalty);
        _creditSettler(roundId >> 48, settler, settled * weight);
        _checkBooks(roundId >> 48);
    }

    function _decideEntries(uint256 roundId, Settle memory s) private returns (uint256 settled) {
        (uint256 first, uint256 count) = _entriesOfRound(roundId);
        (uint256 id, uint256 epoch, uint256 round,) = _split(roundId);
        uint256[] memory rows = _deml.submissionsPage(id, first, count);
        for (uint256 place = 0; place < count; ++place) {
            Entry storage e = _games[id].entries[first + place];
            e.decided = true;
            (e.median, e.agreeing) = _judge(s.scores, place, count);
            if (e.agreeing > 0) ++settled;
            _equalTo(rows[3 * place + 2], e.agreeing * 2 ** 17 + e.median, 7, "the result");
            _reach(e.agreeing > 0 ? Reached.Settled : Reached.Void);
            _reachIf(e.agreeing > 0 && e.median != e.truth, Reached.FalseScoreByMajority);
        }
        (uint256 best, uint256 score) = _best(id);
        for (uint256 place = 0; place < count; ++place) {
            Entry storage e = _games[id].entries[first + place];
            _reachIf(score > 0 && e.agreeing > 0 && e.median == score && first + place != best, Reached.Tie);
        }
        _reachIf(round == 1, Reached.SecondRound);
        _reachIf(epoch == 1, Reached.SecondEpoch);
        _reachIf(epoch == 2, Reached.ThirdEpoch);
    }

    /// @dev Fees and dissents of one row.
    function _count(Settle memory s, uint256 row, uint256 weight) private returns (Booked memory booked) {
        uint256 count = s.medians.length / 4;
        for (uint256 place = 0; place < count; ++place) {
            uint256 score = _score(s.scores, row * count + place);
            _reachIf(score == ABSTAIN, Reached.Abstention);
            if (s.mask >> place & 1 == 0) continue;
            if (score == _score(s.medians, place)) booked.fees += weight;
            else if (score != ABSTAIN) ++booked.dissents;
        }
    }

    function _credit(uint256 id, address who, Booked memory booked) private {
        Party storage p = _party[id][who];
        uint256 stake = _stake(id, p.dissents);
        p.fees += booked.fees;
        p.dissents += booked.dissents;
        _games[id].fees += booked.fees;
        _games[id].penalties += stake - _stake(id, p.dissents);
        _reachIf(booked.dissents > 0, Reached.Penalty);
        _reachIf(p.dissents > 10, Reached.BondUsedUp);
    }

    function _creditSettler(uint256 id, address settler, uint256 fees) private {
        Party storage p = _party[id][settler];
        if (fees > 0 && !p.miner && p.fees == 0) _games[id].creditors.push(settler);
        p.fees += fees;
        _games[id].fees += fees;
    }

    function _checkBooks(uint256 id) private {
        Game storage g = _games[id];
        IDeML.Competition memory c = _deml.competition(id);
        _equalTo(c.fees, g.fees, 9, "the number of fees");
        _equalTo(c.penalties, g.penalties, 9, "the penalties");
        (uint256 best, uint256 score) = _best(id);
        _equalTo(c.bestScore, score, 8, "the best score");
        if (score > 0) _equalTo(c.best, best, 8, "the best submission");
        for (uint256 i = 0; i < g.creditors.length; ++i) {
            IDeML.Account memory a = _deml.account(id, g.creditors[i]);
            Party storage p = _party[id][g.creditors[i]];
            _equalTo(a.fees, p.fees, 9, "an account's fees");
            _equalTo(a.dissents, p.dissents, 7, "an account's dissents");
        }
    }

    // ------------------------------------------------------------------------------------------------ honesty

    /// @dev What the contract has booked against these miners so far.
    function _dissents(uint256 id, address[] memory miners) private view returns (uint256[] memory dissents) {
        dissents = new uint256[](miners.length);
        for (uint256 i = 0; i < miners.length; ++i) {
            dissents[i] = _deml.account(id, miners[i]).dissents;
        }
    }

    /// @dev I7 on what the contract keeps: where the truth has more rows than everything else together, it is the
    /// settled score, and whoever said it pays nothing over it. Equal rows cost the same.
    /// @param before The dissents of those who revealed, before the call.
    function _checkHonest(uint256 roundId, Settle memory s, uint256[] memory before) private {
        uint256[] memory added = _dissents(roundId >> 48, s.miners);
        uint256[] memory blamable = _blamable(roundId, s);
        for (uint256 i = 0; i < s.miners.length; ++i) {
            added[i] -= before[i];
            _expect(added[i] <= blamable[i], 7, "no honest miner is penalised");
            for (uint256 j = 0; j < i; ++j) {
                bytes32 row = keccak256(_ballots[roundId][s.miners[i]].scores);
                if (row != keccak256(_ballots[roundId][s.miners[j]].scores)) continue;
                _equalTo(added[i], added[j], 7, "what equal scores cost");
            }
        }
    }

    /// @dev For each row, the submissions over which its miner may be penalised: all but those of which most, and it
    /// too, have said the truth.
    function _blamable(uint256 roundId, Settle memory s) private returns (uint256[] memory blamable) {
        (uint256 first, uint256 count) = _entriesOfRound(roundId);
        uint256[] memory results = _deml.submissionsPage(roundId >> 48, first, count);
        blamable = new uint256[](s.miners.length);
        for (uint256 place = 0; place < count; ++place) {
            uint256 truth = _games[roundId >> 48].entries[first + place].truth;
            uint256 honest;
            for (uint256 row = 0; row < s.miners.length; ++row) {
                if (_score(s.scores, row * count + place) == truth) ++honest;
            }
            bool isSafe = 2 * honest > s.miners.length;
            for (uint256 row = 0; row < s.miners.length; ++row) {
                if (!isSafe || _score(s.scores, row * count + place) != truth) ++blamable[row];
            }
            if (!isSafe) continue;
            _reach(Reached.HonestMajority);
            _equalTo(results[3 * place + 2], honest * 2 ** 17 + truth, 7, "a truth that most have said");
        }
    }
}
