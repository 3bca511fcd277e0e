// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// What must hold of the counting in Tally.sol. Its assembly is opaque to a solver: the functions here say in plain
// Solidity what it does to one lane, to a word, and to the counters (Tally.t.sol compares the library itself with a
// naive count). `deno task analyze` has a solver prove every assert, for all inputs.

/// @title The rule by which Tally.finish accepts a median
library Rule {
    /// @dev Of `rows` rows, `notBelow` have a value >= median and `above` have one > median.
    function isMedian(uint256 rows, uint256 notBelow, uint256 above) internal pure returns (bool) {
        uint256 middle = (rows - 1) / 2;
        uint256 below = rows - notBelow;
        uint256 notAbove = rows - above;
        return !(below > middle || notAbove <= middle);
    }

    function one(bool yes) internal pure returns (uint256) {
        return yes ? 1 : 0;
    }
}

/// @title No two values are accepted, however many rows there are
/// @dev By induction over the rows: `notAboveLower` counts those not above the lower of two values, `belowHigher` those
/// below the higher one.
contract UniqueMedianProofs {
    function itHoldsForNoRows() external pure {
        (uint256 notAboveLower, uint256 belowHigher) = (0, 0);
        assert(notAboveLower <= belowHigher);
    }

    function oneMoreRowKeepsIt(uint32 lower, uint32 higher, uint32 value, uint32 notAboveLower, uint32 belowHigher)
        external
        pure
    {
        require(lower < higher && notAboveLower <= belowHigher);
        uint256 nextNotAboveLower = uint256(notAboveLower) + (value <= lower ? 1 : 0);
        uint256 nextBelowHigher = uint256(belowHigher) + (value < higher ? 1 : 0);
        assert(nextNotAboveLower <= nextBelowHigher);
    }

    function soNoTwoAreAccepted(
        uint32 rows,
        uint32 notBelowLower,
        uint32 notAboveLower,
        uint32 belowHigher,
        uint32 aboveHigher
    ) external pure {
        require(rows > 0 && notBelowLower <= rows && notAboveLower <= rows && belowHigher <= rows);
        require(aboveHigher <= rows && notAboveLower <= belowHigher);
        bool lower = Rule.isMedian(rows, notBelowLower, rows - notAboveLower);
        bool higher = Rule.isMedian(rows, rows - belowHigher, aboveHigher);
        assert(!(lower && higher));
    }
}

/// @title The value that is accepted is the lower median
/// @dev In ascending order; counts do not depend on the order of rows.
contract LowerMedianProofs {
    /// @dev However many rows there are: the value that stands in the middle is accepted.
    function itIsTheValueInTheMiddle(uint32 below, uint32 equal, uint32 above) external pure {
        require(equal > 0);
        uint256 rows = uint256(below) + equal + above;
        uint256 middle = (rows - 1) / 2;
        bool standsThere = below <= middle && middle < uint256(below) + equal;
        assert(Rule.isMedian(rows, uint256(equal) + above, above) == standsThere);
    }

    /// @dev Of four rows the second is accepted, and no other value at all.
    function itIsTheLowerOfTwo(uint32 value, uint32 a, uint32 b, uint32 c, uint32 d) external pure {
        require(a <= b && b <= c && c <= d);
        uint256 notBelow = Rule.one(a >= value) + Rule.one(b >= value) + Rule.one(c >= value) + Rule.one(d >= value);
        uint256 above = Rule.one(a > value) + Rule.one(b > value) + Rule.one(c > value) + Rule.one(d > value);
        assert(Rule.isMedian(4, notBelow, above) == (value == b));
    }

    /// @dev Of three rows the second is accepted, and no other value at all.
    function itIsTheOneBetween(uint32 value, uint32 a, uint32 b, uint32 c) external pure {
        require(a <= b && b <= c);
        uint256 notBelow = Rule.one(a >= value) + Rule.one(b >= value) + Rule.one(c >= value);
        uint256 above = Rule.one(a > value) + Rule.one(b > value) + Rule.one(c > value);
        assert(Rule.isMedian(3, notBelow, above) == (value == b));
    }
}

/// @title What a majority of equal scores decides
contract MajorityProofs {
    /// @dev A value that more than half of the rows have is the median: one rule covers both.
    function aMajorityIsTheMedian(uint16 below, uint16 equal, uint16 above) external pure {
        uint256 rows = uint256(below) + equal + above;
        require(2 * uint256(equal) > rows);
        assert(Rule.isMedian(rows, uint256(equal) + above, above));
    }

    /// @dev I7: where honest rows are more than all others, they are the majority, whatever the others say.
    function honestRowsDecide(uint16 honest, uint16 agreeingOthers, uint16 below, uint16 above) external pure {
        require(honest > uint256(agreeingOthers) + below + above);
        uint256 rows = uint256(honest) + agreeingOthers + below + above;
        uint256 equal = uint256(honest) + agreeingOthers;
        assert(2 * equal > rows);
        assert(Rule.isMedian(rows, equal + above, above));
    }

    /// @dev No two values can each be a majority.
    function thereIsOneMajority(uint16 one, uint16 other, uint16 rest) external pure {
        uint256 rows = uint256(one) + other + rest;
        assert(!(2 * uint256(one) > rows && 2 * uint256(other) > rows));
    }

    /// @dev Equal rows, as `finish` finds them: rows that are neither below nor above.
    function equalRowsAreCounted(uint16 below, uint16 equal, uint16 above) external pure {
        uint256 rows = uint256(below) + equal + above;
        (uint256 notBelow, uint256 strictlyAbove) = (uint256(equal) + above, above);
        assert((rows - strictlyAbove) - (rows - notBelow) == equal);
    }

    /// @dev Agreeing, dissenting and abstaining rows of settled submissions are all of them: none is counted twice.
    function dissentsNeverUnderflow(uint8 settled, uint8 agreeing, uint8 abstained, uint8 others) external pure {
        require(uint256(agreeing) + abstained + others == settled);
        assert(uint256(settled) - agreeing - abstained == others);
    }

    /// @dev A result word: `agreeing * 2^17 + median` fits its lane and is read back as it was.
    function aResultFitsItsLane(uint16 agreeing, uint32 median) external pure {
        require(agreeing <= 256 && median <= 100_001);
        uint256 word = uint256(agreeing) * 2 ** 17 + median;
        assert(word < 2 ** 32);
        assert(word / 2 ** 17 == agreeing);
        assert(word % 2 ** 17 == median);
    }
}

/// @title Eight lanes in a word
/// @dev A lane is 32 bits wide; a score and a median are below 2^31. A lane's top bit is set exactly if its value is at
/// least 2^31.
contract LaneProofs {
    uint256 private constant TOP = 2 ** 31;
    uint256 private constant LANE = 2 ** 32;
    uint256 private constant ABSTAIN = 100_001;
    uint256 private constant ONES = 0x0000000100000001000000010000000100000001000000010000000100000001;

    /// @dev The comparison of Tally.add: `(value | TOP) - median` stays in its lane, and so does that minus one.
    function aLaneCompares(uint32 value, uint32 median) external pure {
        require(value < TOP && median < TOP);
        uint256 d = value + TOP - median;
        assert(d >= 1 && d < LANE);
        assert((d >= TOP) == (value >= median));
        assert((d - 1 >= TOP) == (value > median));
    }

    /// @dev Words subtract lane by lane where no lane is less than what is taken from it. `high` is all lanes above one
    /// lane, whatever their number: lane after lane, this is the subtraction of whole words.
    function wordsSubtractByLanes(uint224 high, uint224 lessHigh, uint32 low, uint32 lessLow) external pure {
        require(high >= lessHigh && low >= lessLow);
        uint256 d = (high * LANE + low) - (lessHigh * LANE + lessLow);
        assert(d % LANE == low - lessLow);
        assert(d / LANE == high - lessHigh);
    }

    /// @dev Counters of up to 256 rows stay in their lanes.
    function wordsAddByLanes(uint216 high, uint8 moreHigh, uint16 low, uint8 moreLow) external pure {
        require(low <= 256 && moreLow <= 1);
        uint256 sum = (uint256(high) * LANE + low) + (uint256(moreHigh) * LANE + moreLow);
        assert(sum % LANE == uint256(low) + moreLow);
        assert(sum / LANE == uint256(high) + moreHigh);
    }

    /// @dev Tally.inRange of one lane: its own top bit, or a difference whose top bit is not set.
    function aLaneIsInRange(uint32 value) external pure {
        uint256 rest = value % TOP;
        uint256 d = ABSTAIN + TOP - rest;
        assert(d < LANE);
        bool wrong = value >= TOP || d < TOP;
        assert(wrong == (value > ABSTAIN));
    }

    /// @dev The multiplication of Tally._sum, modulo 2^256, leaves the sum of all lanes in the top lane.
    function aWordSumsItsLanes(bool a, bool b, bool c, bool d, bool e, bool f, bool g, bool h) external pure {
        uint256 word = Rule.one(a) + Rule.one(b) * LANE;
        word += Rule.one(c) * LANE ** 2 + Rule.one(d) * LANE ** 3;
        word += Rule.one(e) * LANE ** 4 + Rule.one(f) * LANE ** 5;
        word += Rule.one(g) * LANE ** 6 + Rule.one(h) * LANE ** 7;
        uint256 sum = Rule.one(a) + Rule.one(b) + Rule.one(c) + Rule.one(d);
        sum += Rule.one(e) + Rule.one(f) + Rule.one(g) + Rule.one(h);
        uint256 product;
        unchecked {
            product = word * ONES;
        }
        assert(product / LANE ** 7 == sum);
    }
}
