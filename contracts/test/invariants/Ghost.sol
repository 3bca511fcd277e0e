// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeML} from "../../interfaces/IDeML.sol";
import {Fuzz} from "../Fuzz.sol";
import {LocalBeacon} from "./LocalBeacon.sol";

/// @title A second bookkeeping of everything that happens
/// @notice Keeps what was sent and derives the rest from the protocol's words, as plainly as they stand there: lists
/// instead of packed words, loops instead of formulas. It never reads the contract under test.
abstract contract Ghost is Fuzz {
    struct Upload {
        uint256 epoch;
        uint256 size;
        uint256 received;
        bytes32 hash;
    }

    struct Entry {
        address author;
        uint256 epoch;
        uint256 size;
        bytes32 hash;
        /// @dev What every honest miner finds.
        uint256 truth;
        bool decided;
        uint256 median;
        /// @dev Evaluations that agree; 0 if it is void.
        uint256 agreeing;
    }

    struct Party {
        bool participant;
        bool refunded;
        bool miner;
        bool claimed;
        address payout;
        uint256 index;
        uint256 used;
        Upload upload;
        uint256 fees;
        uint256 dissents;
    }

    struct Game {
        address host;
        IDeML.Terms terms;
        uint256 fund;
        uint256 fee;
        uint256 buyIn;
        IDeML.Status status;
        address[] participants;
        address[] miners;
        /// @dev Whoever has an account: miners and other settlers.
        address[] creditors;
        Entry[] entries;
        uint256 fees;
        uint256 penalties;
        uint256 deposits;
        uint256 paid;
        bool potPaid;
    }

    struct Ballot {
        bytes32 commitment;
        bytes32 salt;
        bytes scores;
        bool committed;
        bool revealed;
    }

    /// @dev An attempt's boundaries.
    struct Window {
        uint256 startsAt;
        uint256 commitEndsAt;
        uint256 revealEndsAt;
        uint256 settleEndsAt;
    }

    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant GENESIS = START - 1_001;
    uint256 internal constant PERIOD = 3;
    uint256 internal constant SEAL_GAP = 20;
    uint256 internal constant ABSTAIN = 100_001;
    uint256 internal constant ROUND = 32;

    Game[] internal _games;
    mapping(uint256 id => mapping(address who => Party)) internal _party;
    /// @dev Numbers of the entries of each epoch.
    mapping(uint256 id => mapping(uint256 epoch => uint256[])) internal _numbers;
    mapping(uint256 roundId => address[]) internal _committed;
    mapping(uint256 roundId => mapping(address miner => Ballot)) internal _ballots;
    /// @dev By a roundId of attempt 0.
    mapping(uint256 roundId => bool) internal _decided;
    mapping(uint256 drandRound => bool) internal _posted;
    mapping(uint256 drandRound => bytes) private _signatures;
    mapping(uint256 drandRound => uint256) private _randomnesses;
    /// @dev Ether that came in by force.
    uint256 internal _forced;

    // ------------------------------------------------------------------------------------------------ time

    function _epochEndsAt(uint256 id, uint256 epoch) internal view returns (uint256) {
        IDeML.Terms storage t = _games[id].terms;
        uint256 length = t.submissionEndsAt - t.registrationEndsAt;
        return t.registrationEndsAt + (epoch + 1) * length / t.epochs;
    }

    /// @dev The epoch that holds this second, found by looking at each.
    function _runningEpoch(uint256 id) internal view returns (uint256 epoch) {
        while (_epochEndsAt(id, epoch) <= block.timestamp) ++epoch;
    }

    function _unsealRound(uint256 id, uint256 epoch) internal view returns (uint256) {
        uint256 time = _epochEndsAt(id, epoch) + SEAL_GAP;
        uint256 round = (time - GENESIS) / PERIOD;
        while (_roundTime(round) < time) ++round;
        return round;
    }

    function _roundTime(uint256 drandRound) internal pure returns (uint256) {
        return GENESIS + drandRound * PERIOD - PERIOD;
    }

    /// @dev Number of the epoch's first entry, and how many it has.
    function _entriesOf(uint256 id, uint256 epoch) internal view returns (uint256 first, uint256 count) {
        uint256[] storage numbers = _numbers[id][epoch];
        count = numbers.length;
        if (count > 0) first = numbers[0];
    }

    function _roundsOf(uint256 id, uint256 epoch) internal view returns (uint256) {
        (, uint256 count) = _entriesOf(id, epoch);
        return (count + ROUND - 1) / ROUND;
    }

    function _attemptSecs(uint256 id, uint256 epoch) internal view returns (uint256) {
        IDeML.Terms storage t = _games[id].terms;
        return _roundsOf(id, epoch) * t.commitSecs + 2 * uint256(t.revealSecs);
    }

    /// @dev Start of the epoch's evaluation: its beacon's time, or the end of what is evaluated before.
    function _startsAt(uint256 id, uint256 epoch) internal view returns (uint256 startsAt) {
        startsAt = _roundTime(_unsealRound(id, epoch));
        (bool found, uint256 earlier) = _earlierEpoch(id, epoch);
        if (!found) return startsAt;
        uint256 free = _evaluationEndsAt(id, earlier);
        if (free > startsAt) startsAt = free;
    }

    function _evaluationEndsAt(uint256 id, uint256 epoch) internal view returns (uint256) {
        return _startsAt(id, epoch) + 3 * _attemptSecs(id, epoch);
    }

    /// @dev The last earlier epoch that has submissions.
    function _earlierEpoch(uint256 id, uint256 epoch) internal view returns (bool, uint256) {
        while (epoch > 0) {
            if (_roundsOf(id, --epoch) > 0) return (true, epoch);
        }
        return (false, 0);
    }

    function _window(uint256 roundId) internal view returns (Window memory w) {
        (uint256 id, uint256 epoch,, uint256 attempt) = _split(roundId);
        uint256 secs = _attemptSecs(id, epoch);
        uint256 reveal = _games[id].terms.revealSecs;
        w.startsAt = _startsAt(id, epoch) + attempt * secs;
        w.settleEndsAt = w.startsAt + secs;
        w.revealEndsAt = w.settleEndsAt - reveal;
        w.commitEndsAt = w.revealEndsAt - reveal;
    }

    // ------------------------------------------------------------------------------------------------ rounds

    function _roundId(uint256 id, uint256 epoch, uint256 round, uint256 attempt) internal pure returns (uint256) {
        return id * 2 ** 48 + epoch * 2 ** 40 + round * 2 ** 8 + attempt;
    }

    function _split(uint256 roundId)
        internal
        pure
        returns (uint256 id, uint256 epoch, uint256 round, uint256 attempt)
    {
        return (roundId / 2 ** 48, roundId / 2 ** 40 % 2 ** 8, roundId / 2 ** 8 % 2 ** 32, roundId % 2 ** 8);
    }

    /// @dev Whether there is such a round and attempt.
    function _isRound(uint256 roundId) internal view returns (bool) {
        (uint256 id, uint256 epoch, uint256 round, uint256 attempt) = _split(roundId);
        return id < _games.length && round < _roundsOf(id, epoch) && attempt < 3;
    }

    /// @dev The first entry of a round, and how many it has.
    function _entriesOfRound(uint256 roundId) internal view returns (uint256 first, uint256 count) {
        (uint256 id, uint256 epoch, uint256 round,) = _split(roundId);
        (first, count) = _entriesOf(id, epoch);
        first += ROUND * round;
        count -= ROUND * round;
        if (count > ROUND) count = ROUND;
    }

    function _isEpochDecided(uint256 id, uint256 epoch) internal view returns (bool) {
        for (uint256 round = 0; round < _roundsOf(id, epoch); ++round) {
            if (!_decided[_roundId(id, epoch, round, 0)]) return false;
        }
        return true;
    }

    function _isAllDecided(uint256 id) internal view returns (bool) {
        for (uint256 epoch = 0; epoch < _games[id].terms.epochs; ++epoch) {
            if (!_isEpochDecided(id, epoch)) return false;
        }
        return true;
    }

    function _revealed(uint256 roundId) internal view returns (uint256 count) {
        address[] storage committed = _committed[roundId];
        for (uint256 i = 0; i < committed.length; ++i) {
            if (_ballots[roundId][committed[i]].revealed) ++count;
        }
    }

    /// @dev The protocol's permutation, word for word.
    function _isSeated(uint256 roundId, address miner) internal returns (bool) {
        (uint256 id, uint256 epoch,,) = _split(roundId);
        uint256 n = _games[id].miners.length;
        if (n <= _games[id].terms.quorum) return true;
        bytes32 seed = keccak256(abi.encode(_randomness(_unsealRound(id, epoch)), roundId));
        uint256 h = 1;
        while (4 ** h < n) ++h;
        uint256 place = _party[id][miner].index;
        do {
            (uint256 l, uint256 r) = (place / 2 ** h, place % 2 ** h);
            for (uint256 j = 0; j < 8; ++j) {
                (l, r) = (r, l ^ (uint256(keccak256(abi.encode(seed, j, r))) % 2 ** h));
            }
            place = l * 2 ** h + r;
        } while (place >= n);
        return place < _games[id].terms.quorum;
    }

    function _signature(uint256 drandRound) internal returns (bytes memory signature) {
        signature = _signatures[drandRound];
        if (signature.length > 0) return signature;
        return _signatures[drandRound] = LocalBeacon.sign(uint64(drandRound));
    }

    /// @dev What the contract keeps of it: the upper 216 bits.
    function _randomness(uint256 drandRound) internal returns (uint256 randomness) {
        randomness = _randomnesses[drandRound];
        if (randomness != 0) return randomness;
        randomness = uint256(LocalBeacon.randomness(_signature(drandRound))) / 2 ** 40 * 2 ** 40;
        _randomnesses[drandRound] = randomness;
    }

    // ------------------------------------------------------------------------------------------------ money

    function _miningPool(uint256 id) internal view returns (uint256) {
        return _games[id].fund * _games[id].terms.miningPoolBps / 10_000;
    }

    function _feePrice(uint256 id) internal view returns (uint256) {
        Game storage g = _games[id];
        if (g.status == IDeML.Status.Cancelled && g.fees * g.fee > _miningPool(id)) return _miningPool(id) / g.fees;
        return g.fee;
    }

    function _stake(uint256 id, uint256 dissents) internal view returns (uint256) {
        uint256 bond = _games[id].terms.bond;
        uint256 penalty = dissents * (bond / 10);
        return penalty > bond ? 0 : bond - penalty;
    }

    /// @dev What `claim` owes this address.
    function _owed(uint256 id, address who) internal view returns (uint256) {
        Party storage p = _party[id][who];
        if (p.claimed) return 0;
        return (p.miner ? _stake(id, p.dissents) : 0) + p.fees * _feePrice(id);
    }

    function _pot(uint256 id) internal view returns (uint256) {
        Game storage g = _games[id];
        if (g.potPaid) return 0;
        uint256 buyIns = g.status == IDeML.Status.Cancelled ? 0 : g.participants.length * g.buyIn;
        return g.fund + buyIns + g.penalties - g.fees * _feePrice(id);
    }

    /// @dev The best settled score so far and its entry, whatever settled first.
    function _best(uint256 id) internal view returns (uint256 best, uint256 score) {
        Entry[] storage entries = _games[id].entries;
        for (uint256 i = 0; i < entries.length; ++i) {
            Entry storage e = entries[i];
            if (e.decided && e.agreeing > 0 && e.median > score) (best, score) = (i, e.median);
        }
    }
}
