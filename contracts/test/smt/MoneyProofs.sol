// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Money} from "../../libraries/Money.sol";

// What must hold of the money rules for all inputs that their types allow. `deno task analyze` gives each function to a
// solver (solc's SMTChecker with z3): it must prove every assert, and that nothing overflows or is divided by zero.

/// @title What dissents leave of a bond
contract StakeProofs {
    function penaltiesNeverExceedTheBond(uint96 bond, uint32 dissents) external pure {
        assert(Money.stake(bond, dissents) <= bond);
    }

    function nothingIsTakenForNothing(uint96 bond) external pure {
        assert(Money.stake(bond, 0) == bond);
    }

    function aDissentCostsATenthOrWhatIsLeft(uint96 bond, uint32 dissents) external pure {
        uint256 due = uint256(dissents) * (bond / 10);
        uint256 taken = bond - Money.stake(bond, dissents);
        assert(taken == due || (taken == bond && due > bond));
    }

    /// @dev What `_book` takes is a difference of stakes: it must not underflow, however often it books.
    function aStakeNeverGrows(uint96 bond, uint32 dissents, uint32 more) external pure {
        uint256 tenth = bond / 10;
        uint256 all = uint256(dissents) + more;
        assert(all * tenth == dissents * tenth + more * tenth);
        assert(Money.stake(bond, all) <= Money.stake(bond, dissents));
    }
}

/// @title What terms make of a prize fund
contract TermsProofs {
    function aShareIsPartOfThePrizeFund(uint96 prizeFund, uint16 bps) external pure {
        require(bps <= 10_000);
        assert(Money.share(prizeFund, bps) <= prizeFund);
    }

    function theMiningPoolPaysForWhatItPrices(uint96 prizeFund, uint16 bps, uint16 priced, uint16 quorum)
        external
        pure
    {
        require(bps <= 5000 && priced >= 1 && priced <= 10_000 && quorum >= 1 && quorum <= 256);
        uint256 pool = Money.share(prizeFund, bps);
        uint256 fee = pool / Money.pricedEvaluations(priced, quorum);
        assert(fee * Money.pricedEvaluations(priced, quorum) <= pool);
        assert(fee <= type(uint96).max);
    }

    /// @dev All submissions of a round together earn no more than five fees each, for each of their evaluations.
    function aRoundEarnsWhatItsSubmissionsHavePaid(uint256 count) external pure {
        require(count >= 1 && count <= 32);
        assert(Money.weight(count) >= 1);
        assert(Money.weight(count) <= Money.PAID_AS);
        assert(count * Money.weight(count) <= (count < Money.PAID_AS ? Money.PAID_AS : count));
    }

    /// @dev One buy-in covers the fees of all the submissions that it allows, each alone in its round.
    function aBuyInCoversItsSubmissions(uint8 submissions, uint8 most, uint16 quorum, uint96 fee, uint96 buyIn)
        external
        pure
    {
        require(most >= 1 && most <= 8 && submissions <= most && quorum >= 1 && quorum <= 256);
        require(buyIn >= Money.leastBuyIn(most, quorum, fee));
        uint256 evaluations = uint256(submissions) * (uint256(quorum) + 1);
        assert(Money.PAID_AS * evaluations * fee <= buyIn);
    }
}

/// @title The fee of a cancelled competition
contract CancelledFeeProofs {
    function feesStayWithinTheMiningPool(uint96 fee, uint64 fees, uint96 pool) external pure {
        uint256 price = Money.cancelledFee(fee, fees, pool);
        assert(price <= fee);
        assert(fees * price <= pool);
    }

    function itIsCutByNoMoreThanItMust(uint96 fee, uint64 fees, uint96 pool) external pure {
        uint256 price = Money.cancelledFee(fee, fees, pool);
        assert(price == fee || fees * (price + 1) > pool);
    }
}

/// @title Where all the money goes
/// @dev Fees and penalties are sums over accounts, and one step of booking keeps them so: what holds for a miner and a
/// settler of whatever books holds for any number.
contract ConservationProofs {
    /// @dev Of a cancelled competition the host gets back all but the mining pool, at least.
    function cancelled(uint96 prizeFund, uint16 bps, uint96 fee, uint64 fees, uint128 penalties) external pure {
        require(bps <= 5000);
        uint256 pool = Money.share(prizeFund, bps);
        uint256 price = Money.cancelledFee(fee, fees, pool);
        uint256 left = Money.pot(prizeFund, 0, penalties, fees, price);
        assert(left + fees * price == uint256(prizeFund) + penalties);
        assert(left >= prizeFund - pool);
    }

    /// @dev `aBuyInCoversItsSubmissions`, summed over the participants, is what is required here.
    function finished(uint96 prizeFund, uint128 buyIns, uint96 fee, uint64 fees, uint128 penalties) external pure {
        require(uint256(fees) * fee <= buyIns);
        uint256 pot = Money.pot(prizeFund, buyIns, penalties, fees, fee);
        assert(pot + uint256(fees) * fee == uint256(prizeFund) + buyIns + penalties);
        assert(pot >= prizeFund);
    }

    /// @dev One booking keeps the penalties booked equal to what the stakes have lost. A stake never grows, and never
    /// exceeds the bond: see StakeProofs.
    function aBooking(uint96 bond, uint96 stake, uint96 next, uint128 penalties, uint128 lostByOthers) external pure {
        require(next <= stake && stake <= bond);
        require(penalties == uint256(bond) - stake + lostByOthers);
        uint256 penalty = stake - next;
        assert(penalties + penalty == uint256(bond) - next + lostByOthers);
    }

    /// @dev Stakes, fees and pot are everything that was paid in, to the wei.
    function everything(uint96 prizeFund, uint128 buyIns, uint96 bond, uint96 price, uint32[3] calldata books)
        external
        pure
    {
        uint256 lost = bond - Money.stake(bond, books[0]);
        uint256 fees = uint256(books[1]) + books[2];
        require(fees * price <= uint256(prizeFund) + buyIns);
        uint256 pot = Money.pot(prizeFund, buyIns, lost, fees, price);
        uint256 miner = Money.stake(bond, books[0]) + books[1] * uint256(price);
        uint256 settler = books[2] * uint256(price);
        assert(miner + settler + pot == uint256(prizeFund) + buyIns + bond);
    }
}
