// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What a campaign has to see
/// @notice A campaign that does not get there says little, however green it is.
enum Reached {
    Final,
    CancelledForWantOfPeople,
    CancelledWithoutSubmissions,
    CancelledUndecided,
    CancelledWithoutScore,
    Settled,
    Void,
    Tie,
    Abstention,
    Penalty,
    SilentPenalty,
    BondUsedUp,
    HonestMajority,
    FalseScoreByMajority,
    SecondRound,
    SecondEpoch,
    ThirdEpoch,
    EarlierEpochUndecided,
    SecondAttempt,
    ThirdAttempt,
    DrawnSeats,
    NoSeat,
    CommitTooEarly,
    UploadInChunks,
    UploadDropped,
    UploadCutByEpoch,
    BeaconBeforeEnd,
    BeaconShared,
    WrongBinding,
    ScoreTooLarge,
    WrongSettle,
    OtherOrder,
    FeesCapped,
    AmountsAtTheLimit,
    PrizeWithdrawn,
    BuyInRefunded,
    HostRefunded,
    StakeClaimed,
    SettlerClaimed,
    PaidTwiceRefused,
    ReceiverRefused,
    ReentryRefused,
    EtherForced,
    SeveralAtOnce,
    CallRefused
}

abstract contract Coverage {
    /// @notice One bit for each thing reached in this run.
    uint256 public reached;

    function _reach(Reached what) internal {
        reached |= 1 << uint256(what);
    }

    function _reachIf(bool condition, Reached what) internal {
        if (condition) _reach(what);
    }
}
