// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Gas that calls may take
/// @notice The most that the campaigns have seen and a tenth, without a transaction's 21,000 and its calldata. None
/// depends on how many take part: a loop over all of them takes more. A change that makes a call dearer has to raise
/// its limit. What calls take at the caps is in gas.json.
library Limits {
    uint256 internal constant CREATE = 139_000;
    uint256 internal constant REGISTER = 51_100;
    uint256 internal constant ENROLL = 101_000;
    uint256 internal constant SUBMIT_MODEL = 135_000;
    uint256 internal constant APPEND_MODEL = 130_500;
    uint256 internal constant POST_BEACON = 163_500;
    uint256 internal constant COMMIT_SCORES = 80_500;
    uint256 internal constant REVEAL_SCORES = 22_300;
    uint256 internal constant FINALIZE = 19_700;
    uint256 internal constant CLAIM = 28_000;
    uint256 internal constant REFUND = 46_500;
    uint256 internal constant WITHDRAW_PRIZE = 49_000;
    /// @dev What a payment takes besides where its receiver has no account yet, or calls again.
    uint256 private constant NEW_ACCOUNT = 25_000;
    uint256 private constant REENTRY = 8_000;

    /// @param miners How many the call names.
    function revealMany(uint256 miners) internal pure returns (uint256) {
        return 10_500 + 13_600 * miners;
    }

    /// @param miners How many the call names.
    /// @param submissions Of the round, eight of them in a word of results.
    function settle(uint256 miners, uint256 submissions) internal pure returns (uint256) {
        return 63_500 + 18_200 * miners + 1_950 * submissions + 24_300 * ((submissions + 7) / 8);
    }

    /// @param limit Of the call that pays.
    function payment(uint256 limit, address to, bool reenters) internal view returns (uint256) {
        if (reenters) return limit + REENTRY;
        return to.code.length == 0 && to.balance == 0 ? limit + NEW_ACCOUNT : limit;
    }
}
