// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeML} from "./interfaces/IDeML.sol";
import {Beacons} from "./libraries/Beacons.sol";
import {Committee} from "./libraries/Committee.sol";
import {Tally} from "./libraries/Tally.sol";

/// @title DeML
/// @notice See IDeML for what each function does, and for the rules' source.
contract DeML is IDeML {
    // ------------------------------------------------------------------------------------------------ constants

    uint256 private constant BPS = 10_000;
    /// @dev Submissions in a round.
    uint256 private constant ROUND_SIZE = 32;
    uint256 private constant ATTEMPTS = 3;
    uint256 private constant MAX_AHEAD = 366 days;
    uint256 private constant MAX_BOX = 512;
    /// @dev A round with fewer submissions pays as this many.
    uint256 private constant PAID_AS = 5;
    /// @dev A bond of this many fees makes guessing a loss.
    uint256 private constant BOND_FEES = 500;
    /// @dev Dissents that cost a whole bond.
    uint256 private constant DISSENTS_PER_BOND = 10;
    /// @dev A beacon's word holds its block number in the low bits and the randomness above.
    uint256 private constant BLOCK_MASK = (1 << 40) - 1;

    uint8 private constant COMMITTED = 1;
    uint8 private constant REVEALED = 2;

    /// @inheritdoc IDeML
    uint256 public immutable GENESIS;
    /// @inheritdoc IDeML
    uint256 public immutable PERIOD;
    /// @inheritdoc IDeML
    uint256 public immutable SEAL_GAP;
    bytes32 private immutable _KEY_0;
    bytes32 private immutable _KEY_1;
    bytes32 private immutable _KEY_2;
    bytes32 private immutable _KEY_3;
    bytes32 private immutable _KEY_4;
    bytes32 private immutable _KEY_5;
    bytes32 private immutable _KEY_6;
    bytes32 private immutable _KEY_7;

    // ------------------------------------------------------------------------------------------------ storage

    /// @inheritdoc IDeML
    uint256 public competitionCount;
    mapping(uint256 id => Competition) private _competitions;
    mapping(uint256 id => mapping(address who => Participant)) private _participants;
    mapping(uint256 id => mapping(address who => Account)) private _accounts;
    mapping(uint256 id => mapping(uint256 index => address)) private _miners;
    mapping(uint256 id => mapping(uint256 number => Submission)) private _submissions;
    mapping(uint256 id => mapping(uint256 number => Epoch)) private _epochs;
    /// @dev By roundId without the attempt.
    mapping(uint256 roundKey => Round) private _rounds;
    mapping(uint256 roundKey => uint256[4]) private _results;
    /// @dev By `id << 32 | round`: later epochs and attempts reuse a miner's words, at a quarter of the gas.
    mapping(uint256 seatKey => mapping(address miner => Seat)) private _seats;
    mapping(uint256 drandRound => uint256 word) private _beacons;

    /// @param key The beacon's public key on G2.
    /// @param genesis Unix second of the beacon's round 1.
    /// @param period Seconds between two rounds.
    /// @param sealGap Seconds from an epoch's end to its beacon: more than the chain's time to finality.
    constructor(Beacons.Key memory key, uint256 genesis, uint256 period, uint256 sealGap) {
        if (period == 0 || period > 1 days || genesis > type(uint40).max || sealGap > 366 days) {
            revert DeML_BeaconClockInvalid(genesis, period);
        }
        if (!Beacons.isKey(key)) revert DeML_BeaconInvalid(0);
        (GENESIS, PERIOD, SEAL_GAP) = (genesis, period, sealGap);
        (_KEY_0, _KEY_1, _KEY_2, _KEY_3) = (key.words[0], key.words[1], key.words[2], key.words[3]);
        (_KEY_4, _KEY_5, _KEY_6, _KEY_7) = (key.words[4], key.words[5], key.words[6], key.words[7]);
    }

    // ------------------------------------------------------------------------------------------------ hosts

    /// @inheritdoc IDeML
    function create(Terms calldata terms) external payable returns (uint256 id) {
        // Check
        uint256 fee = _checkTerms(terms, msg.value);

        // Effect
        id = competitionCount++;
        Competition storage c = _competitions[id];
        c.host = msg.sender;
        c.prizeFund = uint96(msg.value);
        c.manifest = terms.manifest;
        c.bond = terms.bond;
        c.fee = uint96(fee);
        c.miningPoolBps = terms.miningPoolBps;
        c.buyInBps = terms.buyInBps;
        c.pricedSubmissions = terms.pricedSubmissions;
        c.epochs = terms.epochs;
        c.maxPerParticipant = terms.maxPerParticipant;
        c.registrationEndsAt = terms.registrationEndsAt;
        c.submissionEndsAt = terms.submissionEndsAt;
        c.commitSecs = terms.commitSecs;
        c.revealSecs = terms.revealSecs;
        c.byteLimit = terms.byteLimit;
        c.quorum = terms.quorum;
        c.minReveals = terms.minReveals;
        emit CompetitionCreated(id, msg.sender, terms.manifest, msg.value);
    }

    function _checkTerms(Terms calldata t, uint256 prizeFund) private view returns (uint256 fee) {
        if (prizeFund > type(uint96).max) revert DeML_PrizeFundTooLarge(prizeFund, type(uint96).max);
        _checkRange(DeML_MiningPoolOutOfRange.selector, t.miningPoolBps, 1, 5000);
        _checkRange(DeML_BuyInOutOfRange.selector, t.buyInBps, 1, BPS);
        _checkRange(DeML_PricedSubmissionsOutOfRange.selector, t.pricedSubmissions, 1, 10_000);
        _checkRange(DeML_EpochsOutOfRange.selector, t.epochs, 1, 64);
        _checkRange(DeML_MaxPerParticipantOutOfRange.selector, t.maxPerParticipant, 1, 8);
        _checkRange(DeML_CommitSecsOutOfRange.selector, t.commitSecs, 10, 30 days);
        _checkRange(DeML_RevealSecsOutOfRange.selector, t.revealSecs, 10, 30 days);
        _checkRange(DeML_ByteLimitOutOfRange.selector, t.byteLimit, 1, 1 << 20);
        uint256 quorum = t.quorum;
        _checkRange(DeML_QuorumOutOfRange.selector, quorum, 1, 256);
        _checkRange(DeML_MinRevealsOutOfRange.selector, t.minReveals, quorum / 2 + 1, 2 * quorum / 3 + 1);
        (uint256 starts, uint256 ends) = (t.registrationEndsAt, t.submissionEndsAt);
        if (starts <= block.timestamp) revert DeML_TimesOutOfOrder(block.timestamp, starts);
        if (ends <= starts) revert DeML_TimesOutOfOrder(starts, ends);
        if (ends > block.timestamp + MAX_AHEAD) revert DeML_TooFarAhead(ends, block.timestamp + MAX_AHEAD);
        uint256 shortest = SEAL_GAP > 0 ? SEAL_GAP : 1;
        if ((ends - starts) / t.epochs < shortest) revert DeML_EpochTooShort((ends - starts) / t.epochs, shortest);
        uint256 pool = prizeFund * t.miningPoolBps / BPS;
        uint256 evaluations = uint256(t.pricedSubmissions) * (quorum + 1);
        fee = pool / evaluations;
        if (fee == 0) revert DeML_FeeZero(pool, evaluations);
        uint256 buyIn = prizeFund * t.buyInBps / BPS;
        uint256 leastBuyIn = PAID_AS * t.maxPerParticipant * (quorum + 1) * fee;
        if (buyIn < leastBuyIn) revert DeML_BuyInTooLow(buyIn, leastBuyIn);
        if (t.bond < BOND_FEES * fee) revert DeML_BondTooLow(t.bond, BOND_FEES * fee);
    }

    // ------------------------------------------------------------------------------------------------ people

    /// @inheritdoc IDeML
    function register(uint256 id) external payable {
        // Check
        Competition storage c = _open(id);
        _checkBefore(c.registrationEndsAt);
        _checkOutsider(id, c);
        uint256 buyIn = _buyIn(c);
        if (msg.value != buyIn) revert DeML_WrongPayment(msg.value, buyIn);

        // Effect
        _participants[id][msg.sender].registered = true;
        ++c.participants;
        emit ParticipantRegistered(id, msg.sender);
    }

    /// @inheritdoc IDeML
    function enroll(uint256 id, address payout) external payable {
        // Check
        Competition storage c = _open(id);
        _checkBefore(c.registrationEndsAt);
        _checkOutsider(id, c);
        if (payout == address(0)) revert DeML_PayoutZero();
        if (msg.value != c.bond) revert DeML_WrongPayment(msg.value, c.bond);

        // Effect
        uint32 index = c.miners++;
        _miners[id][index] = msg.sender;
        _accounts[id][msg.sender] = Account({payout: payout, index: index + 1, fees: 0, dissents: 0});
        emit MinerEnrolled(id, msg.sender, index, payout);
    }

    /// @dev The caller has no role in the competition yet.
    function _checkOutsider(uint256 id, Competition storage c) private view {
        if (msg.sender == c.host) revert DeML_HostBarred(msg.sender);
        if (_participants[id][msg.sender].registered) revert DeML_AlreadyRegistered(msg.sender);
        if (_accounts[id][msg.sender].index != 0) revert DeML_AlreadyEnrolled(msg.sender);
    }

    // ------------------------------------------------------------------------------------------------ submissions

    /// @inheritdoc IDeML
    function submitModel(uint256 id, uint256 epoch_, uint256 size, bytes calldata data) external {
        // Check
        Competition storage c = _open(id);
        Participant storage p = _checkUploader(id, c, epoch_);
        if (p.submissions >= c.maxPerParticipant) revert DeML_SubmissionsUsedUp(p.submissions, c.maxPerParticipant);
        _checkRange(DeML_SizeOutOfRange.selector, size, 1, c.byteLimit);

        // Effect
        ++p.uploads;
        p.epoch = uint8(epoch_);
        p.size = uint24(size);
        p.received = 0;
        p.lastBlock = 0;
        p.hash = 0;
        _append(id, c, p, data);
    }

    /// @inheritdoc IDeML
    function appendModel(uint256 id, uint256 offset, bytes calldata data) external {
        // Check
        Competition storage c = _open(id);
        Participant storage p = _checkUploader(id, c, _participants[id][msg.sender].epoch);
        if (offset != p.received) revert DeML_WrongOffset(offset, p.received);

        // Effect
        _append(id, c, p, data);
    }

    /// @dev The caller may upload for this epoch now.
    function _checkUploader(uint256 id, Competition storage c, uint256 epoch_)
        private
        view
        returns (Participant storage p)
    {
        p = _participants[id][msg.sender];
        if (!p.registered) revert DeML_NotParticipant(msg.sender);
        _checkFrom(c.registrationEndsAt);
        _checkBefore(c.submissionEndsAt);
        uint256 running = _runningEpoch(c);
        if (epoch_ != running) revert DeML_WrongEpoch(epoch_, running);
        if (c.miners < c.minReveals) revert DeML_NotEnoughMiners(c.miners, c.minReveals);
        // A beacon that is already known means that the chain's clock lags: what arrives now could be a copy.
        uint256 drandRound = _unsealRound(c, epoch_);
        if (_beacons[drandRound] != 0) revert DeML_BeaconAlreadyPosted(drandRound);
    }

    /// @dev Takes the next bytes of an upload, and the submission with the last of them.
    function _append(uint256 id, Competition storage c, Participant storage p, bytes calldata data) private {
        (uint256 size, uint256 offset) = (p.size, p.received);
        _checkRange(DeML_ChunkOutOfRange.selector, data.length, 1, size - offset);
        bytes32 hash = keccak256(abi.encode(p.hash, keccak256(data)));
        emit ModelChunk(id, msg.sender, p.uploads, offset, p.lastBlock, data);
        p.received = uint24(offset + data.length);
        p.lastBlock = uint40(block.number);
        if (offset + data.length == size) _complete(id, c, p, hash);
        else p.hash = hash;
    }

    function _complete(uint256 id, Competition storage c, Participant storage p, bytes32 hash) private {
        uint32 number = c.submissions++;
        uint8 epoch_ = p.epoch;
        ++p.submissions;
        Epoch storage e = _epochs[id][epoch_];
        if (e.count == 0) {
            uint256 startsAt = GENESIS + (_unsealRound(c, epoch_) - 1) * PERIOD;
            uint8 previous = c.lastEpoch;
            if (previous != 0) {
                // One epoch is evaluated at a time.
                uint256 free = _evaluationEndsAt(c, _epochs[id][previous - 1]);
                if (free > startsAt) startsAt = free;
            }
            (e.first, e.startsAt, e.previous) = (number, uint64(startsAt), previous);
            c.lastEpoch = epoch_ + 1;
        }
        if (e.count % ROUND_SIZE == 0) ++c.rounds;
        ++e.count;
        _submissions[id][number] = Submission({
            hash: hash,
            author: msg.sender,
            size: p.size,
            lastBlock: uint40(block.number),
            upload: p.uploads,
            epoch: epoch_
        });
        emit ModelSubmitted(id, number, msg.sender, epoch_, p.size, hash);
    }

    // ------------------------------------------------------------------------------------------------ beacons

    /// @inheritdoc IDeML
    function postBeacon(uint64 round_, bytes calldata signature) external {
        if (_beacons[round_] != 0) return; // Somebody was first, which is as good.

        // Check
        if (!Beacons.verify(_key(), round_, signature)) revert DeML_BeaconInvalid(round_);

        // Effect
        _beacons[round_] = (uint256(Beacons.randomness(signature)) & ~BLOCK_MASK) | (block.number & BLOCK_MASK);
        emit BeaconPosted(round_, signature);
    }

    // ------------------------------------------------------------------------------------------------ evaluation

    /// @inheritdoc IDeML
    function commitScores(uint256 roundId, bytes32 commitment, bytes calldata box) external {
        // Check
        if (box.length > MAX_BOX) revert DeML_BoxTooLong(box.length, MAX_BOX);
        Round memory r = _openAttempt(roundId);
        _checkBefore(r.commitEndsAt);
        uint256 place = _place(roundId, r.drawnFrom, msg.sender);
        if (place != 0) {
            uint256 quorum = _competitions[roundId >> 48].quorum;
            if (place >= quorum) revert DeML_NoSeat(msg.sender, place, quorum);
        }
        Seat memory s = _seats[_seatKey(roundId)][msg.sender];
        if (_isOf(s, roundId)) revert DeML_AlreadyCommitted(msg.sender, roundId);

        // Effect
        uint256 previousBlock = s.commitBlock;
        s.digest = _digest(commitment);
        s.commitBlock = uint40(block.number);
        s.epoch = uint8(roundId >> 40);
        s.attempt = uint8(roundId);
        s.state = COMMITTED;
        _seats[_seatKey(roundId)][msg.sender] = s;
        ++r.committed;
        _store(roundId, r);
        emit ScoresCommitted(roundId, msg.sender, previousBlock, box);
    }

    /// @dev The round of a roundId, ready for its attempt: the first commit of an attempt looks everything up, the
    /// others find it in one word. What is checked once cannot become untrue before the attempt's end.
    function _openAttempt(uint256 roundId) private view returns (Round memory r) {
        r = _undecided(roundId);
        uint256 attempt = roundId & 0xff;
        if (r.attempt == attempt + 1) return r;

        (uint256 id, uint256 epoch_, uint256 number) = _split(roundId);
        Competition storage c = _open(id);
        Epoch memory e = _epochs[id][epoch_];
        if (attempt >= ATTEMPTS || number >= _roundCount(e.count)) revert DeML_NoRound(roundId);
        uint256 startsAt = e.startsAt + attempt * _attemptSecs(c, e.count);
        uint256 commitEndsAt = startsAt + _roundCount(e.count) * c.commitSecs;
        _checkFrom(startsAt);
        _checkBefore(commitEndsAt);
        if (e.previous != 0) {
            Epoch memory before = _epochs[id][e.previous - 1];
            if (before.decided != _roundCount(before.count)) revert DeML_EarlierEpochUndecided(e.previous - 1);
        }
        _randomness(c, epoch_); // The beacon must be known.

        uint256 count = e.count - number * ROUND_SIZE;
        r.attempt = uint8(attempt + 1);
        r.count = uint8(count < ROUND_SIZE ? count : ROUND_SIZE);
        (r.committed, r.revealed) = (0, 0);
        r.drawnFrom = c.miners > c.quorum ? c.miners : 0;
        r.revealSecs = c.revealSecs;
        r.commitEndsAt = uint64(commitEndsAt);
    }

    /// @dev The miner's place in the attempt's draw: it has a seat if that is below the quorum. With `drawnFrom` 0 all
    /// miners have one.
    function _place(uint256 roundId, uint256 drawnFrom, address miner) private view returns (uint256) {
        (uint256 id, uint256 epoch_,) = _split(roundId);
        uint256 index = _accounts[id][miner].index;
        if (index == 0) revert DeML_NotMiner(miner);
        if (drawnFrom == 0) return 0;
        bytes32 seed = Committee.seed(_randomness(_competitions[id], epoch_), roundId);
        return Committee.permute(seed, index - 1, drawnFrom);
    }

    /// @inheritdoc IDeML
    function revealScores(uint256 roundId, address miner, bytes32 salt, bytes calldata scores) external {
        Round memory r = _revealing(roundId);
        if (!_reveal(roundId, r, miner, salt, scores)) revert DeML_AlreadyRevealed(miner, roundId);
        _store(roundId, r);
    }

    /// @inheritdoc IDeML
    function revealMany(
        uint256 roundId,
        address[] calldata miners,
        bytes32[] calldata salts,
        bytes calldata scores
    ) external {
        Round memory r = _revealing(roundId);
        uint256 length = 4 * uint256(r.count);
        _checkLength(salts.length, miners.length);
        _checkLength(scores.length, miners.length * length);
        for (uint256 i = 0; i < miners.length; ++i) {
            // Where somebody was first, that is as good.
            _reveal(roundId, r, miners[i], salts[i], scores[i * length:(i + 1) * length]);
        }
        _store(roundId, r);
    }

    /// @dev The round, if its attempt is in the reveal window.
    function _revealing(uint256 roundId) private view returns (Round memory r) {
        r = _attempt(roundId);
        _checkFrom(r.commitEndsAt);
        _checkBefore(r.commitEndsAt + r.revealSecs);
    }

    /// @dev Counts the reveal in `r`, which the caller stores.
    /// @return Whether it is new.
    function _reveal(uint256 roundId, Round memory r, address miner, bytes32 salt, bytes calldata scores)
        private
        returns (bool)
    {
        // Check
        Seat memory s = _seat(roundId, miner);
        if (s.state == REVEALED) return false;
        if (s.state == 0) revert DeML_NotCommitted(miner, roundId);
        _checkLength(scores.length, 4 * uint256(r.count));
        if (!Tally.inRange(scores)) revert DeML_ScoreTooLarge(miner, Tally.ABSTAIN);
        uint192 digest =
            _digest(keccak256(abi.encode(block.chainid, address(this), roundId, miner, salt, scores)));
        if (digest != s.digest) revert DeML_WrongCommitment(miner, digest, s.digest);

        // Effect
        s.digest = _digest(keccak256(scores));
        s.state = REVEALED;
        _seats[_seatKey(roundId)][miner] = s;
        emit ScoresRevealed(roundId, miner, r.lastRevealBlock, scores);
        ++r.revealed;
        r.lastRevealBlock = uint40(block.number);
        return true;
    }

    /// @inheritdoc IDeML
    function settle(
        uint256 roundId,
        address[] calldata miners,
        bytes calldata scores,
        address[] calldata silent,
        bytes calldata medians,
        uint256 settledMask
    ) external {
        // Check
        Round memory r = _attempt(roundId);
        uint256 id = roundId >> 48;
        Competition storage c = _open(id);
        _checkSettling(r, c.minReveals);
        uint256 length = 4 * uint256(r.count);
        _checkLength(miners.length, r.revealed);
        _checkLength(silent.length, r.committed - r.revealed);
        _checkLength(scores.length, miners.length * length);
        _checkLength(medians.length, length);

        // Effect
        uint256 weight = r.count < PAID_AS ? PAID_AS / r.count : 1;
        Tally.Counts memory tally = Tally.start(medians, settledMask, r.count);
        uint256 penalties = _bookRevealed(roundId, miners, scores, tally, weight)
            + _bookSilent(roundId, silent, tally.settledCount);
        (uint256 mask, uint256 agreements, uint256[4] memory results) = Tally.finish(tally, miners.length);
        if (settledMask != mask) revert DeML_WrongMask(settledMask, mask);
        if (mask != 0) {
            _accounts[id][msg.sender].fees += uint32(tally.settledCount * weight);
            c.fees += uint64((agreements + tally.settledCount) * weight);
            c.penalties += uint96(penalties);
        }
        r.decided = true;
        r.settleBlock = uint40(block.number);
        _store(roundId, r);
        _decide(roundId, c, r.count, results);
        emit RoundSettled(roundId, msg.sender, miners.length, medians, mask);
    }

    /// @dev Settling is open, and there is enough to settle.
    function _checkSettling(Round memory r, uint256 minReveals) private view {
        uint256 revealEndsAt = r.commitEndsAt + r.revealSecs;
        uint256 opensAt = r.committed == r.revealed ? r.commitEndsAt : revealEndsAt;
        _checkFrom(opensAt);
        _checkBefore(revealEndsAt + r.revealSecs);
        if (r.revealed < minReveals) revert DeML_NotEnoughReveals(r.revealed, minReveals);
    }

    /// @dev Verifies and counts all rows; books the rewards and penalties of those who revealed.
    function _bookRevealed(
        uint256 roundId,
        address[] calldata miners,
        bytes calldata scores,
        Tally.Counts memory tally,
        uint256 weight
    ) private returns (uint256 penalties) {
        mapping(address => Account) storage accounts = _accounts[roundId >> 48];
        uint256 length = 4 * tally.count;
        uint256 bond = _competitions[roundId >> 48].bond;
        address last;
        for (uint256 i = 0; i < miners.length; ++i) {
            address miner = miners[i];
            last = _ascend(last, miner);
            Seat memory s = _seat(roundId, miner);
            if (s.state != REVEALED) revert DeML_NotRevealed(miner, roundId);
            uint192 digest = _digest(keccak256(scores[i * length:(i + 1) * length]));
            if (digest != s.digest) revert DeML_WrongScores(miner, digest, s.digest);
            (uint256 agreeing, uint256 dissenting) = Tally.add(tally, scores, i * length);
            if (agreeing + dissenting != 0) {
                penalties += _book(accounts[miner], agreeing * weight, dissenting, bond);
            }
        }
    }

    /// @dev Books those who committed and did not reveal: dissent on all that settled.
    function _bookSilent(uint256 roundId, address[] calldata silent, uint256 dissents)
        private
        returns (uint256 penalties)
    {
        uint256 bond = _competitions[roundId >> 48].bond;
        address last;
        for (uint256 i = 0; i < silent.length; ++i) {
            address miner = silent[i];
            last = _ascend(last, miner);
            Seat memory s = _seat(roundId, miner);
            if (s.state != COMMITTED) revert DeML_NotSilent(miner, roundId);
            penalties += _book(_accounts[roundId >> 48][miner], 0, dissents, bond);
        }
    }

    function _ascend(address last, address next) private pure returns (address) {
        if (next <= last) revert DeML_NotAscending(last, next);
        return next;
    }

    /// @return penalty What the dissents take from what was left of the bond.
    function _book(Account storage stored, uint256 fees, uint256 dissents, uint256 bond)
        private
        returns (uint256 penalty)
    {
        Account memory a = stored;
        penalty = _stake(bond, a.dissents);
        a.fees += uint32(fees);
        a.dissents += uint32(dissents);
        penalty -= _stake(bond, a.dissents);
        (stored.fees, stored.dissents) = (a.fees, a.dissents);
    }

    /// @dev Keeps the results of a decided round and the best submission.
    function _decide(uint256 roundId, Competition storage c, uint256 count, uint256[4] memory results) private {
        (uint256 id, uint256 epoch_, uint256 number) = _split(roundId);
        Epoch storage e = _epochs[id][epoch_];
        ++e.decided;
        ++c.decided;
        uint256 first = e.first + number * ROUND_SIZE;
        (uint256 best, uint256 bestScore) = (c.best, c.bestScore);
        for (uint256 i = 0; i < count; ++i) {
            uint256 result = _lane(results[i / 8], i % 8);
            uint256 score = result >> 17 == 0 ? 0 : result & 0x1ffff;
            // Ties go to the lower number, whatever settled first.
            if (score > bestScore || (score == bestScore && score != 0 && first + i < best)) {
                (best, bestScore) = (first + i, score);
            }
        }
        (c.best, c.bestScore) = (uint32(best), uint24(bestScore));
        uint256[4] storage kept = _results[roundId >> 8];
        for (uint256 w = 0; 8 * w < count; ++w) {
            kept[w] = results[w];
        }
    }

    // ------------------------------------------------------------------------------------------------ the end

    /// @inheritdoc IDeML
    function finalize(uint256 id, uint256 epoch_, uint256 round_) external {
        // Check
        Competition storage c = _open(id);
        Status status = _ending(id, c, epoch_, round_);

        // Effect
        c.status = status;
        emit CompetitionFinalized(id, status, c.best, c.bestScore);
    }

    /// @dev How the competition ends; reverts while that is not certain.
    function _ending(uint256 id, Competition storage c, uint256 epoch_, uint256 round_) private view returns (Status) {
        _checkFrom(c.registrationEndsAt);
        if (c.participants == 0 || c.miners < c.minReveals) return Status.Cancelled;
        if (block.timestamp >= c.submissionEndsAt && c.rounds == c.decided) {
            return c.bestScore == 0 ? Status.Cancelled : Status.Final;
        }
        Epoch memory e = _epochs[id][epoch_];
        if (round_ >= _roundCount(e.count) || _rounds[_roundKey(id, epoch_, round_)].decided) {
            revert DeML_NotYetCertain(id, epoch_, round_);
        }
        uint256 endsAt = _evaluationEndsAt(c, e);
        _checkFrom(endsAt);
        return Status.Cancelled;
    }

    /// @inheritdoc IDeML
    function claim(uint256 id, address who) external {
        // Check
        Competition storage c = _ended(id);
        Account memory a = _accounts[id][who];
        uint256 amount = _owed(c, a);
        if (amount == 0) revert DeML_NothingOwed(id, who);

        // Effect
        delete _accounts[id][who];
        address to = a.index == 0 ? who : a.payout;
        emit Claimed(id, who, to, amount);

        // Interaction
        _pay(to, amount);
    }

    /// @inheritdoc IDeML
    function withdrawPrize(uint256 id) external {
        // Check
        Competition storage c = _ended(id);
        if (c.status != Status.Final) revert DeML_WrongStatus(c.status, Status.Final);
        address winner = _submissions[id][c.best].author;
        if (c.paid) revert DeML_NothingOwed(id, winner);

        // Effect
        c.paid = true;
        uint256 amount = _pot(c);
        emit PrizeWithdrawn(id, winner, amount);

        // Interaction
        _pay(winner, amount);
    }

    /// @inheritdoc IDeML
    function refund(uint256 id, address who) external {
        // Check
        Competition storage c = _ended(id);
        if (c.status != Status.Cancelled) revert DeML_WrongStatus(c.status, Status.Cancelled);
        bool isHost = who == c.host;
        if (isHost ? c.paid : !_participants[id][who].registered) revert DeML_NothingOwed(id, who);

        // Effect
        if (isHost) c.paid = true;
        else _participants[id][who].registered = false;
        uint256 amount = isHost ? _pot(c) : _buyIn(c);
        emit Refunded(id, who, amount);

        // Interaction
        _pay(who, amount);
    }

    function _pay(address to, uint256 amount) private {
        (bool ok,) = to.call{value: amount}("");
        if (!ok) revert DeML_PaymentFailed(to, amount);
    }

    // ------------------------------------------------------------------------------------------------ money

    function _buyIn(Competition storage c) private view returns (uint256) {
        return uint256(c.prizeFund) * c.buyInBps / BPS;
    }

    /// @dev What `dissents` leave of a bond.
    function _stake(uint256 bond, uint256 dissents) private pure returns (uint256) {
        uint256 penalty = dissents * (bond / DISSENTS_PER_BOND);
        return penalty < bond ? bond - penalty : 0;
    }

    /// @dev What one fee is worth. A cancelled competition pays no more than its mining pool.
    function _feePrice(Competition storage c) private view returns (uint256) {
        if (c.status != Status.Cancelled) return c.fee;
        uint256 pool = uint256(c.prizeFund) * c.miningPoolBps / BPS;
        return uint256(c.fees) * c.fee > pool ? pool / c.fees : c.fee;
    }

    function _owed(Competition storage c, Account memory a) private view returns (uint256) {
        uint256 stake = a.index == 0 ? 0 : _stake(c.bond, a.dissents);
        return stake + a.fees * _feePrice(c);
    }

    /// @dev The winner's pot, or what is left to the host of a cancelled competition.
    function _pot(Competition storage c) private view returns (uint256) {
        uint256 buyIns = c.status == Status.Cancelled ? 0 : c.participants * _buyIn(c);
        return c.prizeFund + buyIns + c.penalties - c.fees * _feePrice(c);
    }

    // ------------------------------------------------------------------------------------------------ time

    /// @dev Nothing here can overflow: dates are below 2^41, spans below 2^25, round counts at most 2^27, and there are
    /// 64 epochs at the most. Saves code size.
    function _runningEpoch(Competition storage c) private view returns (uint256 epoch_) {
        unchecked {
            (uint256 starts, uint256 ends) = (c.registrationEndsAt, c.submissionEndsAt);
            epoch_ = (block.timestamp - starts) * c.epochs / (ends - starts);
            if (_epochEndsAt(c, epoch_) <= block.timestamp) ++epoch_; // An end that was rounded down.
        }
    }

    function _epochEndsAt(Competition storage c, uint256 epoch_) private view returns (uint256) {
        unchecked {
            (uint256 starts, uint256 ends) = (c.registrationEndsAt, c.submissionEndsAt);
            return starts + (epoch_ + 1) * (ends - starts) / c.epochs;
        }
    }

    function _unsealRound(Competition storage c, uint256 epoch_) private view returns (uint256) {
        unchecked {
            uint256 time = _epochEndsAt(c, epoch_) + SEAL_GAP;
            return time <= GENESIS ? 1 : (time - GENESIS + PERIOD - 1) / PERIOD + 1;
        }
    }

    function _attemptSecs(Competition storage c, uint256 submissions) private view returns (uint256) {
        unchecked {
            return _roundCount(submissions) * c.commitSecs + 2 * uint256(c.revealSecs);
        }
    }

    function _evaluationEndsAt(Competition storage c, Epoch memory e) private view returns (uint256) {
        unchecked {
            return e.startsAt + ATTEMPTS * _attemptSecs(c, e.count);
        }
    }

    function _roundCount(uint256 submissions) private pure returns (uint256) {
        unchecked {
            return (submissions + ROUND_SIZE - 1) / ROUND_SIZE;
        }
    }

    // ------------------------------------------------------------------------------------------------ lookups

    function _exists(uint256 id) private view returns (Competition storage) {
        if (id >= competitionCount) revert DeML_NoCompetition(id, competitionCount);
        return _competitions[id];
    }

    function _open(uint256 id) private view returns (Competition storage c) {
        c = _exists(id);
        if (c.status != Status.Open) revert DeML_WrongStatus(c.status, Status.Open);
    }

    function _ended(uint256 id) private view returns (Competition storage c) {
        c = _competitions[id];
        if (c.status == Status.Open) {
            _exists(id);
            revert DeML_WrongStatus(Status.Open, Status.Final);
        }
    }

    /// @dev The round of a roundId whose attempt has commits and is not decided.
    function _attempt(uint256 roundId) private view returns (Round memory r) {
        r = _undecided(roundId);
        if (r.attempt != (roundId & 0xff) + 1) revert DeML_NoRound(roundId);
    }

    function _undecided(uint256 roundId) private view returns (Round memory r) {
        r = _rounds[roundId >> 8];
        if (r.decided) revert DeML_RoundDecided(roundId);
    }

    function _store(uint256 roundId, Round memory r) private {
        _rounds[roundId >> 8] = r;
    }

    function _randomness(Competition storage c, uint256 epoch_) private view returns (bytes32) {
        uint256 drandRound = _unsealRound(c, epoch_);
        uint256 word = _beacons[drandRound];
        if (word == 0) revert DeML_BeaconMissing(drandRound);
        return bytes32(word & ~BLOCK_MASK);
    }

    /// @dev The miner's seat; empty unless its commitment is for this very roundId.
    function _seat(uint256 roundId, address miner) private view returns (Seat memory s) {
        s = _seats[_seatKey(roundId)][miner];
        if (!_isOf(s, roundId)) s.state = 0;
    }

    function _isOf(Seat memory s, uint256 roundId) private pure returns (bool) {
        return s.state != 0 && s.epoch == uint8(roundId >> 40) && s.attempt == uint8(roundId);
    }

    function _digest(bytes32 hash) private pure returns (uint192) {
        return uint192(uint256(hash));
    }

    function _split(uint256 roundId) private pure returns (uint256 id, uint256 epoch_, uint256 number) {
        return (roundId >> 48, (roundId >> 40) & 0xff, (roundId >> 8) & 0xffffffff);
    }

    function _roundKey(uint256 id, uint256 epoch_, uint256 number) private pure returns (uint256) {
        return id << 40 | epoch_ << 32 | number;
    }

    function _seatKey(uint256 roundId) private pure returns (uint256) {
        return (roundId >> 48) << 32 | (roundId >> 8) & 0xffffffff;
    }

    function _lane(uint256 word, uint256 lane) private pure returns (uint256) {
        return (word >> (224 - 32 * lane)) & 0xffffffff;
    }

    /// @dev Reverts with `error_(value, min, max)`.
    function _checkRange(bytes4 error_, uint256 value, uint256 min, uint256 max) private pure {
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

    function _checkLength(uint256 actual, uint256 expected) private pure {
        if (actual != expected) revert DeML_WrongLength(actual, expected);
    }

    function _checkFrom(uint256 startsAt) private view {
        if (block.timestamp < startsAt) revert DeML_TooEarly(block.timestamp, startsAt);
    }

    function _checkBefore(uint256 endsAt) private view {
        if (block.timestamp >= endsAt) revert DeML_TooLate(block.timestamp, endsAt);
    }

    function _key() private view returns (Beacons.Key memory key) {
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
    function seat(uint256 roundId, address miner) external view returns (Seat memory s) {
        s = _seat(roundId, miner);
        if (s.state == 0) delete s;
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

    function _result(uint256 id, uint256 epoch_, uint256 number) private view returns (uint256) {
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

    function _pageSize(uint256 from, uint256 count, uint256 total) private pure returns (uint256) {
        if (from >= total) return 0;
        return count < total - from ? count : total - from;
    }

    /// @dev The structs of a mapping at `base` under the keys from `from` on: `words` storage words of each, in rows of
    /// `width` words.
    function _page(uint256 base, uint256 from, uint256 count, uint256 words, uint256 width)
        private
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
