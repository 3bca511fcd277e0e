// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The arithmetic of a competition's money
/// @notice Pure functions of what a competition's terms and books say, in wei; divisions round down (PROTOCOL.md,
/// sections 2 and 6). `contracts/test/smt` states what holds for all inputs, and a solver checks it.
library Money {
    uint256 internal constant BPS = 10_000;
    /// @dev A round with fewer submissions pays as this many.
    uint256 internal constant PAID_AS = 5;
    /// @dev A bond of this many fees makes guessing a loss.
    uint256 internal constant BOND_FEES = 500;
    /// @dev Dissents that cost a whole bond.
    uint256 internal constant DISSENTS_PER_BOND = 10;

    /// @notice A share of the prize fund: the mining pool, or one buy-in.
    function share(uint256 prizeFund, uint256 bps) internal pure returns (uint256) {
        return prizeFund * bps / BPS;
    }

    /// @notice Evaluations that the mining pool is divided by: those of the quorum, and one for whoever settles.
    function pricedEvaluations(uint256 pricedSubmissions, uint256 quorum) internal pure returns (uint256) {
        return pricedSubmissions * (quorum + 1);
    }

    /// @notice What a buy-in must cover at least: the fees of its submissions, each alone in its round.
    function leastBuyIn(uint256 maxPerParticipant, uint256 quorum, uint256 fee) internal pure returns (uint256) {
        return PAID_AS * maxPerParticipant * (quorum + 1) * fee;
    }

    /// @notice Fees that one evaluation earns in a round of `count` submissions (not 0).
    function weight(uint256 count) internal pure returns (uint256) {
        return count < PAID_AS ? PAID_AS / count : 1;
    }

    /// @notice What `dissents` leave of a bond.
    function stake(uint256 bond, uint256 dissents) internal pure returns (uint256) {
        uint256 penalty = dissents * (bond / DISSENTS_PER_BOND);
        return penalty < bond ? bond - penalty : 0;
    }

    /// @notice What each of `fees` fees is worth when the competition is cancelled: no more than the mining pool holds.
    function cancelledFee(uint256 fee, uint256 fees, uint256 miningPool) internal pure returns (uint256) {
        return fees * fee > miningPool ? miningPool / fees : fee;
    }

    /// @notice The winner's pot (with all buy-ins), or what is left to the host of a cancelled competition (without).
    function pot(uint256 prizeFund, uint256 buyIns, uint256 penalties, uint256 fees, uint256 feePrice)
        internal
        pure
        returns (uint256)
    {
        return prizeFund + buyIns + penalties - fees * feePrice;
    }
}
