// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeML} from "./interfaces/IDeML.sol";
import {Beacons} from "./libraries/Beacons.sol";
import {DeMLState} from "./DeMLState.sol";
import {Money} from "./libraries/Money.sol";
import {Tally} from "./libraries/Tally.sol";

/// @title DeML
/// @notice See IDeML for what each function does, and for the rules' source.
contract DeML is DeMLState {
    constructor(Beacons.Key memory key, uint256 genesis, uint256 period, uint256 sealGap)
        DeMLState(key, genesis, period, sealGap)
    {}

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
        _checkRange(DeML_BuyInOutOfRange.selector, t.buyInBps, 1, Money.BPS);
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
        uint256 pool = Money.share(prizeFund, t.miningPoolBps);
        uint256 evaluations = Money.pricedEvaluations(t.pricedSubmissions, quorum);
        fee = pool / evaluations;
        if (fee == 0) revert DeML_FeeZero(pool, evaluations);
        uint256 buyIn = Money.share(prizeFund, t.buyInBps);
        uint256 leastBuyIn = Money.leastBuyIn(t.maxPerParticipant, quorum, fee);
        if (buyIn < leastBuyIn) revert DeML_BuyInTooLow(buyIn, leastBuyIn);
        uint256 leastBond = Money.BOND_FEES * fee;
        if (t.bond < leastBond) revert DeML_BondTooLow(t.bond, leastBond);
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
        // Pays now, when nothing hurries, for the word of the first commit.
        _seats[_seatKey(id << 48)][msg.sender].commitBlock = uint40(block.number);
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
        _store(_seats[_seatKey(roundId)][msg.sender], s);
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
        uint256 rounds = _roundCount(e.count);
        if (attempt >= ATTEMPTS || number >= rounds) revert DeML_NoRound(roundId);
        uint256 startsAt = e.startsAt + attempt * _attemptSecs(c, e.count);
        uint256 commitEndsAt = startsAt + rounds * c.commitSecs;
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
        _store(_seats[_seatKey(roundId)][miner], s);
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
        uint256 weight = Money.weight(r.count);
        Tally.Counts memory tally = Tally.start(medians, settledMask, r.count);
        uint256 penalties = _bookRevealed(roundId, miners, scores, tally, weight)
            + _bookSilent(roundId, silent, tally.settledCount);
        (uint256 mask, uint256 agreements, uint256[4] memory results) = Tally.finish(tally, miners.length);
        if (settledMask != mask) revert DeML_WrongMask(settledMask, mask);
        if (mask != 0) {
            _accounts[id][msg.sender].fees += uint32(tally.settledCount * weight);
            c.fees += uint64((agreements + tally.settledCount) * weight);
            c.penalties += uint128(penalties);
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
        mapping(address => Seat) storage seats = _seats[_seatKey(roundId)];
        uint256 length = 4 * tally.count;
        uint256 bond = _competitions[roundId >> 48].bond;
        address last;
        for (uint256 i = 0; i < miners.length; ++i) {
            address miner = miners[i];
            last = _ascend(last, miner);
            _checkRevealed(roundId, miner, seats[miner], _rowDigest(scores, i * length, length));
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
        stored.fees += uint32(fees);
        if (dissents == 0) return 0;
        uint32 before = stored.dissents;
        stored.dissents = before + uint32(dissents);
        return Money.stake(bond, before) - Money.stake(bond, before + dissents);
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
}
