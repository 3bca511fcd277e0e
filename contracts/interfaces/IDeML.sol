// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Trustless machine-learning competitions
/// @notice One immutable contract holds all competitions. It has no owner, no admin key and no upgrade path.
/// The rules are those of the DeML protocol, version 1.
/// Money is in wei, time in Unix seconds of `block.timestamp`; a window includes its start and excludes its end;
/// divisions round down. A score is the percentage times 1,000 (97.345 % is 97345); 100001 abstains.
/// @dev Warning: whoever holds as many seats as honest miners reveal decides the scores. Honest bonds are the
/// security; a small quorum is luck.
/// Warning: the chain needs the BLS12-381 precompiles (EIP-2537), its own `block.number`, and a clock that lags
/// less than `SEAL_GAP` behind real time.
///
/// Pages. Views that end in `Page` return rows of whole 32-byte words, so that a client slices them without an ABI
/// decoder. `from` is the first index and `count` the greatest number of rows; rows past the end are left out.
/// A struct in a row stands as it stands in storage: its first field in the lowest bits of the first word.
interface IDeML {
    // ------------------------------------------------------------------------------------------------ types

    enum Status {
        Open,
        Final,
        Cancelled
    }

    /// @notice What a host fixes at creation, besides the prize fund (`msg.value`).
    struct Terms {
        /// @dev sha2-256 digest of the manifest: one raw IPFS block, so that its CIDv1 follows from the digest.
        bytes32 manifest;
        /// @dev Bond of one miner, at least 500 fees.
        uint96 bond;
        /// @dev Share of the prize fund that pays miners, 1..5000.
        uint16 miningPoolBps;
        /// @dev Buy-in of a participant as a share of the prize fund, 1..10000.
        uint16 buyInBps;
        /// @dev Submissions that the mining pool pays for, 1..10000. A price, not a cap.
        uint16 pricedSubmissions;
        /// @dev Equal parts of the submission phase, each evaluated after its end, 1..64.
        uint8 epochs;
        /// @dev Submissions per buy-in, 1..8.
        uint8 maxPerParticipant;
        /// @dev Registration and enrolment end and submissions start.
        uint40 registrationEndsAt;
        /// @dev Submissions end; at most 366 days ahead.
        uint40 submissionEndsAt;
        /// @dev Seconds to evaluate 32 submissions, 10 s..30 days.
        uint24 commitSecs;
        /// @dev Seconds to reveal, and again to settle, 10 s..30 days.
        uint24 revealSecs;
        /// @dev Bytes of one payload, 1..1 MiB.
        uint24 byteLimit;
        /// @dev Seats per round, 1..256.
        uint16 quorum;
        /// @dev Reveals without which a round decides nothing, quorum / 2 + 1 .. 2 * quorum / 3 + 1.
        uint16 minReveals;
    }

    /// @notice A competition as it is stored (six words).
    struct Competition {
        // word 0
        address host;
        uint96 prizeFund;
        // word 1
        bytes32 manifest;
        // word 2
        uint96 bond;
        uint96 fee;
        uint16 miningPoolBps;
        uint16 buyInBps;
        uint16 pricedSubmissions;
        uint8 epochs;
        uint8 maxPerParticipant;
        // word 3
        uint40 registrationEndsAt;
        uint40 submissionEndsAt;
        uint24 commitSecs;
        uint24 revealSecs;
        uint24 byteLimit;
        uint16 quorum;
        uint16 minReveals;
        Status status;
        uint32 participants;
        uint32 miners;
        // word 4
        uint32 submissions;
        /// @dev Rounds that have arisen, and those decided, over all epochs.
        uint32 rounds;
        uint32 decided;
        /// @dev The best settled submission so far; it counts only while `bestScore` is above 0.
        uint32 best;
        uint24 bestScore;
        /// @dev The last epoch that has submissions, plus one; 0 while none has.
        uint8 lastEpoch;
        /// @dev Fees earned so far, as a number of fees.
        uint64 fees;
        // word 5
        /// @dev Penalties booked so far, in wei.
        uint128 penalties;
        /// @dev Whether the prize was withdrawn (Final) or the host refunded (Cancelled).
        bool paid;
    }

    /// @notice A participant and its current upload (two words).
    struct Participant {
        bool registered;
        /// @dev Complete submissions.
        uint8 submissions;
        /// @dev Uploads begun; the current one has this number.
        uint24 uploads;
        /// @dev The current upload: epoch, size, bytes received and block of its last chunk. Idle if all have come.
        uint8 epoch;
        uint24 size;
        uint24 received;
        uint40 lastBlock;
        /// @dev `h = keccak256(abi.encode(h, keccak256(chunk)))` over the chunks, from 0.
        bytes32 hash;
    }

    /// @notice A complete submission (two words).
    struct Submission {
        bytes32 hash;
        address author;
        uint24 size;
        /// @dev Block of the last `ModelChunk`; each chunk's event names the block of the one before.
        uint40 lastBlock;
        uint24 upload;
        uint8 epoch;
    }

    /// @notice An epoch's submissions (one word).
    struct Epoch {
        uint32 first;
        uint32 count;
        /// @dev Decided rounds, of `ceil(count / 32)`.
        uint32 decided;
        /// @dev Start of attempt 0 of its rounds; fixed by the epoch's first submission.
        uint64 startsAt;
        /// @dev The last earlier epoch with submissions, plus one; 0 if there is none.
        uint8 previous;
    }

    /// @notice The evaluation of up to 32 submissions (one word): what later calls need to know of its attempt.
    struct Round {
        /// @dev The attempt below, plus one; 0 before the first commit.
        uint8 attempt;
        bool decided;
        /// @dev Submissions in the round.
        uint8 count;
        uint16 committed;
        uint16 revealed;
        /// @dev Enrolled miners if seats are drawn, 0 if all miners have one.
        uint32 drawnFrom;
        uint24 revealSecs;
        uint64 commitEndsAt;
        uint40 lastRevealBlock;
        uint40 settleBlock;
    }

    /// @notice A miner's last commitment in rounds of this number (one word).
    struct Seat {
        /// @dev Low 192 bits of the commitment, and once revealed of `keccak256(scores)`.
        uint192 digest;
        uint40 commitBlock;
        uint8 epoch;
        uint8 attempt;
        /// @dev 0 none, 1 committed, 2 revealed.
        uint8 state;
    }

    /// @notice What a miner, or whoever settled, has in a competition (one word). Empty once claimed.
    struct Account {
        address payout;
        /// @dev Index of a miner, plus one; 0 for others.
        uint32 index;
        /// @dev Fees earned, as a number of fees.
        uint32 fees;
        /// @dev Dissenting evaluations; each costs a tenth of the bond.
        uint32 dissents;
    }

    // ------------------------------------------------------------------------------------------------ events

    event CompetitionCreated(uint256 indexed id, address indexed host, bytes32 manifest, uint256 prizeFund);
    event ParticipantRegistered(uint256 indexed id, address indexed participant);
    event MinerEnrolled(uint256 indexed id, address indexed miner, uint256 index, address payout);
    /// @param previousBlock Block of the upload's chunk before, 0 for the first.
    event ModelChunk(
        uint256 indexed id,
        address indexed author,
        uint256 indexed upload,
        uint256 offset,
        uint256 previousBlock,
        bytes data
    );
    event ModelSubmitted(
        uint256 indexed id,
        uint256 indexed submission,
        address indexed author,
        uint256 epoch,
        uint256 size,
        bytes32 hash
    );
    event BeaconPosted(uint64 indexed round, bytes signature);
    /// @param previousBlock Block of the commit that the miner's seat held before (or of its enrolment); 0 for none.
    event ScoresCommitted(uint256 indexed roundId, address indexed miner, uint256 previousBlock, bytes box);
    /// @param previousBlock Block of the round's reveal before this one, in whatever attempt; 0 for none. It may be
    /// this block.
    event ScoresRevealed(uint256 indexed roundId, address indexed miner, uint256 previousBlock, bytes scores);
    event RoundSettled(
        uint256 indexed roundId, address indexed settler, uint256 revealed, bytes medians, uint256 settledMask
    );
    event CompetitionFinalized(uint256 indexed id, Status status, uint256 best, uint256 bestScore);
    event Claimed(uint256 indexed id, address indexed who, address to, uint256 amount);
    event PrizeWithdrawn(uint256 indexed id, address indexed winner, uint256 amount);
    event Refunded(uint256 indexed id, address indexed who, uint256 amount);

    // ------------------------------------------------------------------------------------------------ errors

    // Creation
    error DeML_PrizeFundTooLarge(uint256 value, uint256 max);
    error DeML_MiningPoolOutOfRange(uint256 bps, uint256 min, uint256 max);
    error DeML_BuyInOutOfRange(uint256 bps, uint256 min, uint256 max);
    error DeML_PricedSubmissionsOutOfRange(uint256 value, uint256 min, uint256 max);
    error DeML_EpochsOutOfRange(uint256 value, uint256 min, uint256 max);
    error DeML_MaxPerParticipantOutOfRange(uint256 value, uint256 min, uint256 max);
    error DeML_CommitSecsOutOfRange(uint256 value, uint256 min, uint256 max);
    error DeML_RevealSecsOutOfRange(uint256 value, uint256 min, uint256 max);
    error DeML_ByteLimitOutOfRange(uint256 value, uint256 min, uint256 max);
    error DeML_QuorumOutOfRange(uint256 value, uint256 min, uint256 max);
    error DeML_MinRevealsOutOfRange(uint256 value, uint256 min, uint256 max);
    error DeML_TimesOutOfOrder(uint256 earlier, uint256 later);
    error DeML_TooFarAhead(uint256 endsAt, uint256 latest);
    error DeML_EpochTooShort(uint256 length, uint256 min);
    error DeML_FeeZero(uint256 miningPool, uint256 evaluations);
    error DeML_BuyInTooLow(uint256 buyIn, uint256 min);
    error DeML_BondTooLow(uint256 bond, uint256 min);
    error DeML_BeaconClockInvalid(uint256 genesis, uint256 period, uint256 sealGap);
    // State and time
    error DeML_NoCompetition(uint256 id, uint256 count);
    error DeML_WrongStatus(Status actual, Status expected);
    error DeML_TooEarly(uint256 time, uint256 startsAt);
    error DeML_TooLate(uint256 time, uint256 endsAt);
    error DeML_WrongPayment(uint256 actual, uint256 expected);
    error DeML_NotYetCertain(uint256 id, uint256 epoch, uint256 round);
    // People
    error DeML_HostBarred(address host);
    error DeML_AlreadyRegistered(address participant);
    error DeML_AlreadyEnrolled(address miner);
    error DeML_NotParticipant(address who);
    error DeML_NotMiner(address who);
    error DeML_PayoutZero();
    error DeML_NotEnoughMiners(uint256 actual, uint256 min);
    // Submissions
    error DeML_SubmissionsUsedUp(uint256 used, uint256 max);
    error DeML_SizeOutOfRange(uint256 size, uint256 min, uint256 max);
    error DeML_ChunkOutOfRange(uint256 length, uint256 min, uint256 max);
    error DeML_WrongOffset(uint256 actual, uint256 expected);
    error DeML_WrongEpoch(uint256 actual, uint256 expected);
    error DeML_BeaconAlreadyPosted(uint256 round);
    // Beacons
    error DeML_BeaconInvalid(uint64 round);
    error DeML_BeaconMissing(uint256 round);
    // Rounds
    /// @dev There is no such round or attempt, or (revealing, settling) nobody has committed in it.
    error DeML_NoRound(uint256 roundId);
    error DeML_RoundDecided(uint256 roundId);
    error DeML_EarlierEpochUndecided(uint256 epoch);
    error DeML_NoSeat(address miner, uint256 place, uint256 quorum);
    error DeML_AlreadyCommitted(address miner, uint256 roundId);
    error DeML_BoxTooLong(uint256 length, uint256 max);
    error DeML_NotCommitted(address miner, uint256 roundId);
    error DeML_AlreadyRevealed(address miner, uint256 roundId);
    error DeML_NotRevealed(address miner, uint256 roundId);
    error DeML_NotSilent(address miner, uint256 roundId);
    error DeML_WrongLength(uint256 actual, uint256 expected);
    error DeML_WrongCommitment(address miner, uint192 actual, uint192 expected);
    error DeML_ScoreTooLarge(address miner, uint256 max);
    error DeML_NotEnoughReveals(uint256 actual, uint256 min);
    error DeML_NotAscending(address previous, address next);
    error DeML_WrongScores(address miner, uint192 actual, uint192 expected);
    error DeML_WrongMedian(uint256 place, uint256 claimed, uint256 below, uint256 notAbove);
    error DeML_WrongMask(uint256 actual, uint256 expected);
    // Money
    error DeML_NothingOwed(uint256 id, address who);
    error DeML_PaymentFailed(address to, uint256 amount);

    // ------------------------------------------------------------------------------------------------ hosts

    /// @notice Opens a competition with `msg.value` as its prize fund P. The caller is the host.
    /// `miningPool = P * miningPoolBps / 10000`, `buyIn = P * buyInBps / 10000`,
    /// `fee = miningPool / (pricedSubmissions * (quorum + 1))`.
    /// @dev Requires each term in its range, times in order and at most 366 days ahead, epochs no shorter than
    /// `SEAL_GAP`, a fee above 0, a buy-in of at least `5 * maxPerParticipant * (quorum + 1)` fees, a bond of at least
    /// 500 fees, and a prize fund below 2^96 wei.
    /// @dev Effects: the prize fund is locked until the competition is Final or Cancelled; no term changes any more.
    /// @dev Warning: the contract cannot see the manifest. A digest that nobody can resolve keeps miners away, which
    /// cancels the competition; a false test set is dealt with by those who evaluate.
    /// @return id Number of the competition, from 0.
    function create(Terms calldata terms) external payable returns (uint256 id);

    // ------------------------------------------------------------------------------------------------ participants

    /// @notice Registers the caller as a participant for exactly the buy-in, until `registrationEndsAt`.
    /// @dev Requires an Open competition, and a caller who is not its host, has not registered and has not enrolled.
    /// @dev Effects: the buy-in is spent unless the competition is Cancelled, also where all the participant's
    /// submissions end void.
    /// @dev Warning: the bar against hosts and miners is weak, since anybody can use another address.
    function register(uint256 id) external payable;

    /// @notice Starts an upload of `size` bytes for the running epoch; `data` holds its first bytes.
    /// The upload whose last byte arrives becomes the next submission. Starting again drops an unfinished upload.
    /// @dev Requires an Open competition in its submission phase, the running epoch, a beacon of that epoch that nobody
    /// has posted, at least `minReveals` miners, a registered caller with submissions left, a size within the byte
    /// limit, and from 1 to `size` bytes of data.
    /// @dev Effects: the bytes stand in the event only; the contract keeps their running hash. The last byte completes
    /// the submission, which gets the next number; an epoch's first one fixes when its evaluation starts.
    /// @dev Warning: the contract does not know whether a payload is sealed; an open one can be copied by anybody. A
    /// payload that was sealed to the beacon of another epoch scores 0: an upload that crosses an epoch's end starts
    /// again, sealed anew.
    function submitModel(uint256 id, uint256 epoch, uint256 size, bytes calldata data) external;

    /// @notice Continues the caller's upload; `offset` is what has arrived of it.
    /// @dev Requires what `submitModel` does, of the upload's own epoch, an unfinished upload, its next offset, and no
    /// more data than are missing.
    /// @dev Effects: as those of `submitModel`.
    /// @dev Warning: a payload spread over very many blocks costs its readers as many queries. Our tools read up to 256
    /// blocks and abstain beyond, which voids the submission.
    function appendModel(uint256 id, uint256 offset, bytes calldata data) external;

    // ------------------------------------------------------------------------------------------------ miners

    /// @notice Enrols the caller as a miner for exactly the bond, until `registrationEndsAt`. Stake and fees go to
    /// `payout`.
    /// @dev Requires an Open competition, a payout other than zero, and a caller who is not its host, has not enrolled
    /// and has not registered.
    /// @dev Effects: the miner gets the next index, from 0; the bond is locked until the competition ends. The call
    /// also pays for the storage of the first commit, when nothing hurries.
    /// @dev Warning: the payout can never be changed; a payout that cannot receive loses stake and fees.
    function enroll(uint256 id, address payout) external payable;

    /// @notice Keeps a drand beacon for all competitions that wait for its round.
    /// @param signature The beacon's G1 point, uncompressed, in EIP-2537 encoding (128 bytes).
    /// @dev Requires a signature of this round by the beacon's key, verified with the BLS12-381 precompiles.
    /// @dev Effects: none where the round is already there. Otherwise the epochs that wait for this round can be
    /// opened and evaluated, and take no more submissions. Only the upper 216 bits of the randomness (sha-256 of the
    /// compressed signature) are kept and used, beside the block number: a second word would lift the call over
    /// 180,000 gas.
    /// @dev Warning: the clock is not asked. On a chain whose clock lags more than `SEAL_GAP` behind real time a beacon
    /// can be known, and what is sealed be opened, while the epoch still runs.
    function postBeacon(uint64 round, bytes calldata signature) external;

    /// @notice Commits the caller's scores of all submissions of a round, in the attempt's commit window.
    /// `roundId = id * 2^48 + epoch * 2^40 + round * 2^8 + attempt`.
    /// @param commitment `keccak256(abi.encode(chainId, contract, roundId, miner, salt, scores))`, `scores` being the
    /// packed big-endian uint32 scores.
    /// @param box At most 512 bytes for the miner itself; it goes to the event only.
    /// @dev Requires an Open competition, an existing undecided round in the commit window of this attempt, all rounds
    /// of earlier epochs decided, the epoch's beacon, and an enrolled caller with a seat in this attempt that has not
    /// committed in it.
    /// @dev Effects: the seat holds the commitment and the block; what it held of the same round number of an
    /// earlier attempt or epoch is overwritten.
    /// @dev Warning: committing and not revealing counts as dissent on all that settles in the round. The contract
    /// takes any commitment, also one that can never be revealed.
    function commitScores(uint256 roundId, bytes32 commitment, bytes calldata box) external;

    /// @notice Reveals what a miner committed, in the attempt's reveal window. Anybody who holds the salt may call.
    /// @dev Requires an undecided round in the reveal window of its last attempt with commits, a miner who has
    /// committed and not revealed in it, one score of at most 100001 per submission, and the salt and scores of the
    /// commitment.
    /// @dev Effects: the seat holds a digest of the scores, which stand in the event only.
    /// @dev Warning: scores that were committed with a value above 100001 or a wrong number of scores can never be
    /// revealed, which counts as silence.
    function revealScores(uint256 roundId, address miner, bytes32 salt, bytes calldata scores) external;

    /// @notice Reveals a batch, leaving out those that are already revealed.
    /// @param scores The miners' score rows, one after the other.
    /// @dev Requires what `revealScores` does, of each miner not left out, and as many salts and rows as miners.
    /// @dev Effects: as those of `revealScores`.
    /// @dev Warning: one wrong row reverts the whole batch.
    function revealMany(
        uint256 roundId,
        address[] calldata miners,
        bytes32[] calldata salts,
        bytes calldata scores
    ) external;

    /// @notice Decides a round whose attempt has at least `minReveals` reveals, from the end of the reveal window, or
    /// of the commit window once all who committed have revealed, until the attempt's end.
    /// @param miners All who revealed, ascending. `scores` are their rows, in this order.
    /// @param silent All who committed only, ascending.
    /// @param medians The packed lower medians of the revealed scores of each submission.
    /// @param settledMask Bit j: submission j of the round is settled (more than half of the revealed evaluations are
    /// equal and no abstentions). The others are void.
    /// @dev Requires an Open competition, an undecided round, the window above, and all arguments exactly as they
    /// follow from the reveals. Everything is verified by counting, so that only one call is valid and its cost does
    /// not depend on the scores.
    /// @dev Effects: the round is decided for good. Books a fee for each agreeing evaluation of a settled submission
    /// and a dissent (a tenth of the bond) for each other one that does not abstain, dissent on all that settled for
    /// the silent, and one fee per settled submission for the caller; keeps the best submission. In a round of n < 5
    /// submissions each fee counts as `5 / n` fees, rounded down: 5, 2, 1, 1.
    /// @dev Warning: whoever holds more than half of the revealed evaluations decides what settles.
    function settle(
        uint256 roundId,
        address[] calldata miners,
        bytes calldata scores,
        address[] calldata silent,
        bytes calldata medians,
        uint256 settledMask
    ) external;

    // ------------------------------------------------------------------------------------------------ the end

    /// @notice Makes the competition Final or Cancelled as soon as that is certain. `epoch` and `round` name the
    /// undecided round that cancels it, and are ignored where it ends otherwise.
    /// @dev Requires an Open competition and one of: registration over with no participant or fewer than `minReveals`
    /// miners (Cancelled); submissions over and all rounds decided (Final if a score is above 0, else Cancelled); the
    /// named round existing, undecided and past its epoch's `evaluationEndsAt` (Cancelled).
    /// @dev Effects: money can be claimed. From then on only `claim`, `refund` and `withdrawPrize` work on the
    /// competition; open commitments and uploads lapse at no cost, booked fees and penalties stay.
    /// @dev Warning: a round that nobody settles in time cancels the whole competition, whatever others decided.
    function finalize(uint256 id, uint256 epoch, uint256 round) external;

    /// @notice Pays a miner's stake and fees to its payout address, or another settler's fees to `who`.
    /// @dev Requires a competition that ended, and something owed. Anybody may call.
    /// @dev Effects: the account is emptied before the payment.
    /// @dev Warning: the receiver is called with all gas and may call back; a receiver that reverts keeps only itself
    /// from being paid.
    function claim(uint256 id, address who) external;

    /// @notice Pays the pot to the winner of a Final competition.
    /// @dev Requires a Final competition whose prize is not withdrawn. Anybody may call.
    /// @dev Effects: the prize is marked as paid before the payment.
    /// @dev Warning: the winner is the address that submitted; it is called as `claim` calls receivers, and a contract
    /// that cannot receive locks its own prize.
    function withdrawPrize(uint256 id) external;

    /// @notice Pays a Cancelled competition's buy-in back to a participant, or what is left to the host.
    /// @dev Requires a Cancelled competition, and a participant or host who was not paid. Anybody may call.
    /// @dev Effects: the right to the refund is taken before the payment.
    /// @dev Warning: as that of `claim`.
    function refund(uint256 id, address who) external;

    // ------------------------------------------------------------------------------------------------ single views
    // What does not exist reads as zeros, except for a competition by itself.

    /// @notice Unix second of the beacon's round 1.
    function GENESIS() external view returns (uint256);
    /// @notice Seconds between two rounds of the beacon.
    function PERIOD() external view returns (uint256);
    /// @notice Least seconds between an epoch's end and its beacon.
    function SEAL_GAP() external view returns (uint256);
    /// @notice The beacon's public key on G2 in EIP-2537 encoding (256 bytes).
    function beaconKey() external view returns (bytes memory);
    function competitionCount() external view returns (uint256);
    function competition(uint256 id) external view returns (Competition memory);
    function participant(uint256 id, address who) external view returns (Participant memory);
    function account(uint256 id, address who) external view returns (Account memory);
    function submission(uint256 id, uint256 number) external view returns (Submission memory);
    function epoch(uint256 id, uint256 number) external view returns (Epoch memory);
    /// @dev The attempt in `roundId` is ignored: the answer is the last attempt that anybody committed in.
    function round(uint256 roundId) external view returns (Round memory);
    /// @return The miner's seat; empty if it did not commit in this very round and attempt.
    function seat(uint256 roundId, address miner) external view returns (Seat memory);
    /// @return Upper 216 bits of the randomness, the rest 0; 0 if the beacon is not posted.
    /// @return The block of its `BeaconPosted`.
    function beacon(uint256 round_) external view returns (bytes32, uint256);
    /// @notice Whether a miner has a seat in an attempt. Reverts for others, and while seats are drawn and the epoch's
    /// beacon is missing. The round and attempt need not exist.
    function isSeated(uint256 roundId, address miner) external view returns (bool);
    /// @notice The drand round whose beacon opens an epoch of the competition; means nothing for other epochs.
    function unsealRound(uint256 id, uint8 epoch_) external view returns (uint256);
    /// @notice What `claim` pays, or while the competition is Open would pay if it ended as Final now: the stake left
    /// and the fees. A Cancelled one may pay less for each fee.
    function owed(uint256 id, address who) external view returns (uint256);
    /// @notice What `withdrawPrize` (Final, or if it ended now) or the host's `refund` (Cancelled) pays.
    function pot(uint256 id) external view returns (uint256);

    // ------------------------------------------------------------------------------------------------ pages

    /// @return Rows of 6 words: the Competition.
    function competitionsPage(uint256 from, uint256 count) external view returns (uint256[] memory);
    /// @return Rows of 3 words: the Submission and its result: `agreeing * 2^17 + median`, or with `agreeing` 0 void;
    /// all bits set while its round is undecided.
    function submissionsPage(uint256 id, uint256 from, uint256 count) external view returns (uint256[] memory);
    /// @return Rows of 2 words: the miner's address and its Account (empty once claimed).
    function minersPage(uint256 id, uint256 from, uint256 count) external view returns (uint256[] memory);
    /// @return Rows of 1 word: the Epoch.
    function epochsPage(uint256 id, uint256 from, uint256 count) external view returns (uint256[] memory);
    /// @return Rows of 1 word: the Round. `from` and `count` go over the epoch's rounds.
    function roundsPage(uint256 id, uint256 epoch_, uint256 from, uint256 count)
        external
        view
        returns (uint256[] memory);
    /// @return Rows of 2 words: the miner's address and its Seat (0 unless of this very roundId). `from` and `count` go
    /// over the enrolled miners.
    function seatsPage(uint256 roundId, uint256 from, uint256 count) external view returns (uint256[] memory);
}
