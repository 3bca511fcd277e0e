// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeML} from "../interfaces/IDeML.sol";

/// @title Counting of score rows
/// @notice Verifies claimed medians of up to 32 submissions by counting, eight scores to a word, so that the cost does
/// not depend on the scores. A row holds one big-endian uint32 per submission.
/// @dev Lane j of word w is submission 8w + j, from the top of the word. All lanes stay below 2^31 (scores are checked
/// when revealed, medians here), which is what keeps a subtraction's borrow inside its lane.
library Tally {
    /// @notice The value that abstains.
    uint256 internal constant ABSTAIN = 100_001;

    uint256 private constant ONES = 0x0000000100000001000000010000000100000001000000010000000100000001;
    uint256 private constant TOPS = 0x8000000080000000800000008000000080000000800000008000000080000000;
    uint256 private constant ABSTAINS = ONES * ABSTAIN;
    uint256 private constant LANE = 0xffffffff;

    /// @notice Counters of one round.
    struct Counts {
        uint256 count; // submissions
        uint256 settledCount; // submissions that are claimed to settle
        Word[] words; // eight submissions each
    }

    /// @notice Counters of eight submissions, one in each lane.
    struct Word {
        uint256 used; // all bits of the lanes in use
        uint256 settled; // 1 in each lane that is claimed to settle
        uint256 medians;
        uint256 notBelow; // rows with a score >= median
        uint256 above; // rows with a score > median
    }

    /// @notice Whether no score of a row is above 100001.
    function inRange(bytes calldata row) internal pure returns (bool) {
        uint256 wrong;
        unchecked {
            for (uint256 i = 0; i < row.length; i += 32) {
                uint256 v = _load(row, i) & _lanesOf(row.length - i);
                // A lane's top bit: the score's own, or that of a difference which is not negative.
                wrong |= (v | ~((ABSTAINS | TOPS) - (v & ~TOPS))) & TOPS;
            }
        }
        return wrong == 0;
    }

    /// @notice Counters for a round of `count` submissions with claimed medians and mask (both verified by `finish`).
    function start(bytes calldata medians, uint256 settledMask, uint256 count)
        internal
        pure
        returns (Counts memory t)
    {
        unchecked {
            t.count = count;
            t.words = new Word[]((count + 7) / 8);
            for (uint256 w = 0; w < t.words.length; ++w) {
                Word memory word = t.words[w];
                word.used = _lanesOf(4 * (count - 8 * w));
                word.medians = _load(medians, 32 * w) & word.used;
            }
            for (uint256 i = 0; i < count; ++i) {
                uint256 median = (t.words[i / 8].medians >> _shift(i % 8)) & LANE;
                if (median > ABSTAIN) revert IDeML.DeML_WrongMedian(i, median, 0, 0);
                // Nothing settles on abstention: `finish` refuses a mask that says so.
                uint256 bit = median == ABSTAIN ? 0 : (settledMask >> i) & 1;
                t.words[i / 8].settled |= bit << _shift(i % 8);
                t.settledCount += bit;
            }
        }
    }

    /// @notice Adds the row at `offset` of `rows`.
    /// @return agreeing Settled submissions on which the row has the median.
    /// @return dissenting Settled submissions on which it has another score and does not abstain.
    function add(Counts memory t, bytes calldata rows, uint256 offset)
        internal
        pure
        returns (uint256 agreeing, uint256 dissenting)
    {
        Word[] memory words = t.words;
        assembly ("memory-safe") {
            // This runs once for each miner: the structs of `words` are read by their offsets (0x20 a field).
            let row := add(rows.offset, offset)
            let pointer := add(words, 0x20)
            for { let end := add(pointer, shl(5, mload(words))) } lt(pointer, end) { pointer := add(pointer, 0x20) } {
                let word := mload(pointer)
                let v := and(calldataload(row), mload(word))
                let d := sub(or(v, TOPS), mload(add(word, 0x40))) // top bit of a lane: v >= median
                let notBelow := shr(31, and(d, TOPS))
                let above := shr(31, and(sub(d, ONES), TOPS))
                mstore(add(word, 0x60), add(mload(add(word, 0x60)), notBelow))
                mstore(add(word, 0x80), add(mload(add(word, 0x80)), above))
                let agrees := and(xor(above, notBelow), mload(add(word, 0x20)))
                agreeing := add(agreeing, shr(224, mul(agrees, ONES)))
                row := add(row, 0x20)
            }
        }
        if (agreeing != t.settledCount) dissenting = t.settledCount - agreeing - _abstained(t, rows, offset);
    }

    /// @notice Verifies medians and mask for `rows` added rows.
    /// @return mask The only right mask.
    /// @return agreements Rows that agree with settled submissions, summed.
    /// @return results One lane per submission: agreeing rows * 2^17 + median, agreeing being 0 where it is void.
    function finish(Counts memory t, uint256 rows)
        internal
        pure
        returns (uint256 mask, uint256 agreements, uint256[4] memory results)
    {
        unchecked {
            uint256 middle = (rows - 1) / 2;
            for (uint256 i = 0; i < t.count; ++i) {
                Word memory word = t.words[i / 8];
                uint256 shift = _shift(i % 8);
                uint256 median = (word.medians >> shift) & LANE;
                uint256 below = rows - ((word.notBelow >> shift) & LANE);
                uint256 notAbove = rows - ((word.above >> shift) & LANE);
                if (below > middle || notAbove <= middle) {
                    revert IDeML.DeML_WrongMedian(i, median, below, notAbove);
                }
                uint256 equal = notAbove - below;
                if (2 * equal <= rows || median == ABSTAIN) equal = 0;
                if (equal != 0) mask |= 1 << i;
                agreements += equal;
                results[i / 8] |= (equal << 17 | median) << shift;
            }
        }
    }

    /// @dev Settled submissions on which a row abstains.
    function _abstained(Counts memory t, bytes calldata rows, uint256 offset) private pure returns (uint256 n) {
        unchecked {
            for (uint256 w = 0; w < t.words.length; ++w) {
                Word memory word = t.words[w];
                uint256 v = _load(rows, offset + 32 * w) & word.used;
                // Revealed scores are at most ABSTAIN: not below it means equal.
                n += _sum((((v | TOPS) - ABSTAINS) & TOPS) >> 31 & word.settled);
            }
        }
    }

    /// @dev Sum of the lanes of a word whose lanes are 0 or 1.
    function _sum(uint256 word) private pure returns (uint256) {
        unchecked {
            return (word * ONES) >> 224;
        }
    }

    /// @dev The lanes that the first `length` bytes of a word fill.
    function _lanesOf(uint256 length) private pure returns (uint256) {
        return length >= 32 ? type(uint256).max : ~(type(uint256).max >> (8 * length));
    }

    function _shift(uint256 lane) private pure returns (uint256) {
        unchecked {
            return 224 - 32 * lane;
        }
    }

    /// @dev 32 bytes of calldata, whatever follows the row; callers mask what is not theirs.
    function _load(bytes calldata data, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(data.offset, offset))
        }
    }
}
