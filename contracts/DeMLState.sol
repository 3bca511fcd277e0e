// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeML} from "./interfaces/IDeML.sol";
import {Beacons} from "./libraries/Beacons.sol";
import {Committee} from "./libraries/Committee.sol";
import {Money} from "./libraries/Money.sol";

/// @title What DeML keeps, and how it is read
/// @notice Storage, the arithmetic of time and money on it, and all views. Nothing here changes state: that is DeML.
abstract contract DeMLState is IDeML {
    // ------------------------------------------------------------------------------------------------ constants

    /// @dev Submissions in a round.
    uint256 internal constant ROUND_SIZE = 32;
    uint256 internal constant ATTEMPTS = 3;
    uint256 internal constant MAX_AHEAD = 366 days;
    uint256 internal constant MAX_BOX = 512;
    /// @dev A beacon's word holds its block number in the low bits and the randomness above.
    uint256 internal constant BLOCK_MASK = (1 << 40) - 1;

    uint8 internal constant COMMITTED = 1;
    uint8 internal constant REVEALED = 2;

    /// @inheritdoc IDeML
    uint256 public immutable GENESIS;
    /// @inheritdoc IDeML
    uint256 public immutable PERIOD;
    /// @inheritdoc IDeML
    uint256 public immutable SEAL_GAP;
    bytes32 internal immutable _KEY_0;
    bytes32 internal immutable _KEY_1;
    bytes32 internal immutable _KEY_2;
    bytes32 internal immutable _KEY_3;
    bytes32 internal immutable _KEY_4;
    bytes32 internal immutable _KEY_5;
    bytes32 internal immutable _KEY_6;
    bytes32 internal immutable _KEY_7;

    // ------------------------------------------------------------------------------------------------ storage

    /// @inheritdoc IDeML
    uint256 public competitionCount;
    mapping(uint256 id => Competition) internal _competitions;
    mapping(uint256 id => mapping(address who => Participant)) internal _participants;
    mapping(uint256 id => mapping(address who => Account)) internal _accounts;
    mapping(uint256 id => mapping(uint256 index => address)) internal _miners;
    mapping(uint256 id => mapping(uint256 number => Submission)) internal _submissions;
    mapping(uint256 id => mapping(uint256 number => Epoch)) internal _epochs;
    /// @dev By roundId without the attempt.
    mapping(uint256 roundKey => Round) internal _rounds;
    mapping(uint256 roundKey => uint256[4]) internal _results;
    /// @dev By `id << 32 | round`: later epochs and attempts reuse a miner's words, at a quarter of the gas.
    mapping(uint256 seatKey => mapping(address miner => Seat)) internal _seats;
    mapping(uint256 drandRound => uint256 word) internal _beacons;

    /// @param key The beacon's public key on G2.
    /// @param genesis Unix second of the beacon's round 1.
    /// @param period Seconds between two rounds.
    /// @param sealGap Seconds from an epoch's end to its beacon: more than the chain's time to finality.
    constructor(Beacons.Key memory key, uint256 genesis, uint256 period, uint256 sealGap) {
        if (period == 0 || period > 1 days || genesis > type(uint40).max || sealGap > 366 days) {
            revert DeML_BeaconClockInvalid(genesis, period, sealGap);
        }
        if (!Beacons.isKey(key)) revert DeML_BeaconInvalid(0);
        (GENESIS, PERIOD, SEAL_GAP) = (genesis, period, sealGap);
        (_KEY_0, _KEY_1, _KEY_2, _KEY_3) = (key.words[0], key.words[1], key.words[2], key.words[3]);
        (_KEY_4, _KEY_5, _KEY_6, _KEY_7) = (key.words[4], key.words[5], key.words[6], key.words[7]);
    }

    // ------------------------------------------------------------------------------------------------ money

    function _buyIn(Competition storage c) internal view returns (uint256) {
        return Money.share(c.prizeFund, c.buyInBps);
    }

    /// @dev What one fee is worth. A cancelled competition pays no more than its mining pool.
    function _feePrice(Competition storage c) internal view returns (uint256) {
        if (c.status != Status.Cancelled) return c.fee;
        return Money.cancelledFee(c.fee, c.fees, Money.share(c.prizeFund, c.miningPoolBps));
    }

    function _owed(Competition storage c, Account memory a) internal view returns (uint256) {
        uint256 stake = a.index == 0 ? 0 : Money.stake(c.bond, a.dissents);
        return stake + a.fees * _feePrice(c);
    }

    /// @dev The winner's pot, or what is left to the host of a cancelled competition.
    function _pot(Competition storage c) internal view returns (uint256) {
        uint256 buyIns = c.status == Status.Cancelled ? 0 : c.participants * _buyIn(c);
        return Money.pot(c.prizeFund, buyIns, c.penalties, c.fees, _feePrice(c));
    }

    // ------------------------------------------------------------------------------------------------ time

    /// @dev Nothing here can overflow: dates are below 2^41, spans below 2^25, round counts at most 2^27, and there are
    /// 64 epochs at the most. Saves code size.
    function _runningEpoch(Competition storage c) internal view returns (uint256 epoch_) {
        unchecked {
            (uint256 starts, uint256 ends) = (c.registrationEndsAt, c.submissionEndsAt);
            epoch_ = (block.timestamp - starts) * c.epochs / (ends - starts);
            if (_epochEndsAt(c, epoch_) <= block.timestamp) ++epoch_; // An end that was rounded down.
        }
    }

    function _epochEndsAt(Competition storage c, uint256 epoch_) internal view returns (uint256) {
        unchecked {
            (uint256 starts, uint256 ends) = (c.registrationEndsAt, c.submissionEndsAt);
            return starts + (epoch_ + 1) * (ends - starts) / c.epochs;
        }
    }

    function _unsealRound(Competition storage c, uint256 epoch_) internal view returns (uint256) {
        unchecked {
            uint256 time = _epochEndsAt(c, epoch_) + SEAL_GAP;
            return time <= GENESIS ? 1 : (time - GENESIS + PERIOD - 1) / PERIOD + 1;
        }
    }

    function _attemptSecs(Competition storage c, uint256 submissions) internal view returns (uint256) {
        unchecked {
            return _roundCount(submissions) * c.commitSecs + 2 * uint256(c.revealSecs);
        }
    }

    function _evaluationEndsAt(Competition storage c, Epoch memory e) internal view returns (uint256) {
        unchecked {
            return e.startsAt + ATTEMPTS * _attemptSecs(c, e.count);
        }
    }

    function _roundCount(uint256 submissions) internal pure returns (uint256) {
        unchecked {
            return (submissions + ROUND_SIZE - 1) / ROUND_SIZE;
        }
    }

    // ------------------------------------------------------------------------------------------------ lookups

    function _exists(uint256 id) internal view returns (Competition storage) {
        if (id >= competitionCount) revert DeML_NoCompetition(id, competitionCount);
        return _competitions[id];
    }

    function _open(uint256 id) internal view returns (Competition storage c) {
        c = _exists(id);
        if (c.status != Status.Open) revert DeML_WrongStatus(c.status, Status.Open);
    }

    function _ended(uint256 id) internal view returns (Competition storage c) {
        c = _competitions[id];
        if (c.status == Status.Open) {
            _exists(id);
            revert DeML_WrongStatus(Status.Open, Status.Final);
        }
    }

    /// @dev The round of a roundId whose attempt has commits and is not decided.
    function _attempt(uint256 roundId) internal view returns (Round memory r) {
        r = _undecided(roundId);
        if (r.attempt != (roundId & 0xff) + 1) revert DeML_NoRound(roundId);
    }

    function _undecided(uint256 roundId) internal view returns (Round memory r) {
        r = _rounds[roundId >> 8];
        if (r.decided) revert DeML_RoundDecided(roundId);
    }

    function _store(uint256 roundId, Round memory r) internal {
        Round storage stored = _rounds[roundId >> 8];
        uint256 word = uint256(r.attempt) | uint256(r.decided ? 1 : 0) << 8 | uint256(r.count) << 16
            | uint256(r.committed) << 24 | uint256(r.revealed) << 40 | uint256(r.drawnFrom) << 56
            | uint256(r.revealSecs) << 88 | uint256(r.commitEndsAt) << 112 | uint256(r.lastRevealBlock) << 176
            | uint256(r.settleBlock) << 216;
        assembly ("memory-safe") {
            sstore(stored.slot, word)
        }
    }

    function _store(Seat storage stored, Seat memory s) internal {
        uint256 word = uint256(s.digest) | uint256(s.commitBlock) << 192 | uint256(s.epoch) << 232
            | uint256(s.attempt) << 240 | uint256(s.state) << 248;
        assembly ("memory-safe") {
            sstore(stored.slot, word)
        }
    }

    /// @dev The seat has revealed the scores of this digest in this very roundId.
    function _checkRevealed(uint256 roundId, address miner, Seat storage stored, uint192 digest) internal view {
        uint256 word;
        assembly ("memory-safe") {
            word := sload(stored.slot)
        }
        // All fields but the commit's block.
        uint256 expected = uint256(digest) | ((roundId >> 40) & 0xff) << 232 | (roundId & 0xff) << 240
            | uint256(REVEALED) << 248;
        if ((word ^ expected) & ~(BLOCK_MASK << 192) == 0) return;
        Seat memory s = _seat(roundId, miner);
        if (s.state != REVEALED) revert DeML_NotRevealed(miner, roundId);
        revert DeML_WrongScores(miner, digest, s.digest);
    }

    /// @dev Digest of the row of `length` bytes at `offset`.
    function _rowDigest(bytes calldata rows, uint256 offset, uint256 length) internal pure returns (uint192) {
        bytes32 hash;
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            calldatacopy(buffer, add(rows.offset, offset), length)
            hash := keccak256(buffer, length)
        }
        return _digest(hash);
    }

    function _randomness(Competition storage c, uint256 epoch_) internal view returns (bytes32) {
        uint256 drandRound = _unsealRound(c, epoch_);
        uint256 word = _beacons[drandRound];
        if (word == 0) revert DeML_BeaconMissing(drandRound);
        return bytes32(word & ~BLOCK_MASK);
    }

    /// @dev The miner's seat; empty unless its commitment is for this very roundId.
    function _seat(uint256 roundId, address miner) internal view returns (Seat memory s) {
        s = _seats[_seatKey(roundId)][miner];
        if (!_isOf(s, roundId)) delete s;
    }

    function _isOf(Seat memory s, uint256 roundId) internal pure returns (bool) {
        return s.state != 0 && s.epoch == uint8(roundId >> 40) && s.attempt == uint8(roundId);
    }

    /// @dev The miner's place in the attempt's draw: it has a seat if that is below the quorum. With `drawnFrom` 0 all
    /// miners have one.
    function _place(uint256 roundId, uint256 drawnFrom, address miner) internal view returns (uint256) {
        (uint256 id, uint256 epoch_,) = _split(roundId);
        uint256 index = _accounts[id][miner].index;
        if (index == 0) revert DeML_NotMiner(miner);
        if (drawnFrom == 0) return 0;
        bytes32 seed = Committee.seed(_randomness(_competitions[id], epoch_), roundId);
        return Committee.permute(seed, index - 1, drawnFrom);
    }

    function _digest(bytes32 hash) internal pure returns (uint192) {
        return uint192(uint256(hash));
    }

    function _split(uint256 roundId) internal pure returns (uint256 id, uint256 epoch_, uint256 number) {
        return (roundId >> 48, (roundId >> 40) & 0xff, (roundId >> 8) & 0xffffffff);
    }

    function _roundKey(uint256 id, uint256 epoch_, uint256 number) internal pure returns (uint256) {
        return id << 40 | epoch_ << 32 | number;
    }

    function _seatKey(uint256 roundId) internal pure returns (uint256) {
        return (roundId >> 48) << 32 | (roundId >> 8) & 0xffffffff;
    }

    function _lane(uint256 word, uint256 lane) internal pure returns (uint256) {
        return (word >> (224 - 32 * lane)) & 0xffffffff;
    }

    /// @dev Reverts with `error_(value, min, max)`.
    function _checkRange(bytes4 error_, uint256 value, uint256 min, uint256 max) internal pure {
        if (value >= min && value <= max) return;
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, error_)
            mstore(add(data, 4), value)
            mstore(add(data, 36), min)
            mstore(add(data, 68), max)
            revert(data, 100)
        }
    }

    function _checkLength(uint256 actual, uint256 expected) internal pure {
        if (actual != expected) revert DeML_WrongLength(actual, expected);
    }

    function _checkFrom(uint256 startsAt) internal view {
        if (block.timestamp < startsAt) revert DeML_TooEarly(block.timestamp, startsAt);
    }

    function _checkBefore(uint256 endsAt) internal view {
        if (block.timestamp >= endsAt) revert DeML_TooLate(block.timestamp, endsAt);
    }

    function _key() internal view returns (Beacons.Key memory key) {
        key.words = [_KEY_0, _KEY_1, _KEY_2, _KEY_3, _KEY_4, _KEY_5, _KEY_6, _KEY_7];
    }

    // ------------------------------------------------------------------------------------------------ single views

    /// @inheritdoc IDeML
    function beaconKey() external view returns (bytes memory) {
        return abi.encode(_key());
    }

    /// @inheritdoc IDeML
    function competition(uint256 id) external view returns (Competition memory) {
        return _exists(id);
    }

    /// @inheritdoc IDeML
    function participant(uint256 id, address who) external view returns (Participant memory) {
        return _participants[id][who];
    }

    /// @inheritdoc IDeML
    function account(uint256 id, address who) external view returns (Account memory) {
        return _accounts[id][who];
    }

    /// @inheritdoc IDeML
    function submission(uint256 id, uint256 number) external view returns (Submission memory) {
        return _submissions[id][number];
    }

    /// @inheritdoc IDeML
    function epoch(uint256 id, uint256 number) external view returns (Epoch memory) {
        return _epochs[id][number];
    }

    /// @inheritdoc IDeML
    function round(uint256 roundId) external view returns (Round memory) {
        return _rounds[roundId >> 8];
    }

    /// @inheritdoc IDeML
    function seat(uint256 roundId, address miner) external view returns (Seat memory) {
        return _seat(roundId, miner);
    }

    /// @inheritdoc IDeML
    function beacon(uint256 round_) external view returns (bytes32, uint256) {
        return (bytes32(_beacons[round_] & ~BLOCK_MASK), _beacons[round_] & BLOCK_MASK);
    }

    /// @inheritdoc IDeML
    function isSeated(uint256 roundId, address miner) external view returns (bool) {
        Competition storage c = _exists(roundId >> 48);
        return _place(roundId, c.miners > c.quorum ? c.miners : 0, miner) < c.quorum;
    }

    /// @inheritdoc IDeML
    function unsealRound(uint256 id, uint8 epoch_) external view returns (uint256) {
        return _unsealRound(_exists(id), epoch_);
    }

    /// @inheritdoc IDeML
    function owed(uint256 id, address who) external view returns (uint256) {
        return _owed(_exists(id), _accounts[id][who]);
    }

    /// @inheritdoc IDeML
    function pot(uint256 id) external view returns (uint256) {
        Competition storage c = _exists(id);
        return c.paid ? 0 : _pot(c);
    }

    // ------------------------------------------------------------------------------------------------ pages

    /// @inheritdoc IDeML
    function competitionsPage(uint256 from, uint256 count) external view returns (uint256[] memory) {
        uint256 base;
        assembly ("memory-safe") {
            base := _competitions.slot
        }
        return _page(base, from, _pageSize(from, count, competitionCount), 6, 6);
    }

    /// @inheritdoc IDeML
    function submissionsPage(uint256 id, uint256 from, uint256 count) external view returns (uint256[] memory rows) {
        mapping(uint256 => Submission) storage submissions = _submissions[id];
        uint256 base;
        assembly ("memory-safe") {
            base := submissions.slot
        }
        count = _pageSize(from, count, _exists(id).submissions);
        rows = _page(base, from, count, 2, 3);
        for (uint256 i = 0; i < count; ++i) {
            rows[3 * i + 2] = _result(id, submissions[from + i].epoch, from + i);
        }
    }

    function _result(uint256 id, uint256 epoch_, uint256 number) internal view returns (uint256) {
        uint256 place = number - _epochs[id][epoch_].first;
        uint256 key = _roundKey(id, epoch_, place / ROUND_SIZE);
        if (!_rounds[key].decided) return type(uint256).max;
        return _lane(_results[key][place % ROUND_SIZE / 8], place % 8);
    }

    /// @inheritdoc IDeML
    function minersPage(uint256 id, uint256 from, uint256 count) external view returns (uint256[] memory rows) {
        count = _pageSize(from, count, _exists(id).miners);
        rows = new uint256[](2 * count);
        for (uint256 i = 0; i < count; ++i) {
            address miner = _miners[id][from + i];
            Account storage a = _accounts[id][miner];
            uint256 word;
            assembly ("memory-safe") {
                word := sload(a.slot)
            }
            (rows[2 * i], rows[2 * i + 1]) = (uint160(miner), word);
        }
    }

    /// @inheritdoc IDeML
    function epochsPage(uint256 id, uint256 from, uint256 count) external view returns (uint256[] memory) {
        mapping(uint256 => Epoch) storage epochs = _epochs[id];
        uint256 base;
        assembly ("memory-safe") {
            base := epochs.slot
        }
        return _page(base, from, _pageSize(from, count, _exists(id).epochs), 1, 1);
    }

    /// @inheritdoc IDeML
    function roundsPage(uint256 id, uint256 epoch_, uint256 from, uint256 count)
        external
        view
        returns (uint256[] memory)
    {
        uint256 base;
        assembly ("memory-safe") {
            base := _rounds.slot
        }
        count = _pageSize(from, count, _roundCount(_epochs[id][epoch_].count));
        return _page(base, _roundKey(id, epoch_, from), count, 1, 1);
    }

    /// @inheritdoc IDeML
    function seatsPage(uint256 roundId, uint256 from, uint256 count) external view returns (uint256[] memory rows) {
        uint256 id = roundId >> 48;
        count = _pageSize(from, count, _exists(id).miners);
        rows = new uint256[](2 * count);
        for (uint256 i = 0; i < count; ++i) {
            address miner = _miners[id][from + i];
            Seat storage s = _seats[_seatKey(roundId)][miner];
            uint256 word;
            assembly ("memory-safe") {
                word := sload(s.slot)
            }
            (rows[2 * i], rows[2 * i + 1]) = (uint160(miner), _seat(roundId, miner).state == 0 ? 0 : word);
        }
    }

    function _pageSize(uint256 from, uint256 count, uint256 total) internal pure returns (uint256) {
        if (from >= total) return 0;
        return count < total - from ? count : total - from;
    }

    /// @dev The structs of a mapping at `base` under the keys from `from` on: `words` storage words of each, in rows of
    /// `width` words.
    function _page(uint256 base, uint256 from, uint256 count, uint256 words, uint256 width)
        internal
        view
        returns (uint256[] memory rows)
    {
        rows = new uint256[](width * count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 slot = uint256(keccak256(abi.encode(from + i, base)));
            for (uint256 j = 0; j < words; ++j) {
                uint256 word;
                assembly ("memory-safe") {
                    word := sload(add(slot, j))
                }
                rows[width * i + j] = word;
            }
        }
    }
}
