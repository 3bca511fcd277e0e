// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeML} from "../interfaces/IDeML.sol";
import {Tally} from "../libraries/Tally.sol";
import {Fuzz} from "./Fuzz.sol";

/// @title The library with its calldata, and what a round made of its calls gives
contract TallyHarness {
    struct Verdict {
        uint256 mask;
        uint256 agreements;
        uint256[4] results;
        uint256[] agreeing; // by row
        uint256[] dissenting; // by row
    }

    function inRange(bytes calldata row) external pure returns (bool) {
        return Tally.inRange(row);
    }

    function judge(bytes calldata rows, uint256 count, bytes calldata medians, uint256 settledMask)
        external
        pure
        returns (Verdict memory v)
    {
        Tally.Counts memory t = Tally.start(medians, settledMask, count);
        uint256 n = rows.length / (4 * count);
        (v.agreeing, v.dissenting) = (new uint256[](n), new uint256[](n));
        for (uint256 i = 0; i < n; ++i) {
            (v.agreeing[i], v.dissenting[i]) = Tally.add(t, rows, 4 * count * i);
        }
        (v.mask, v.agreements, v.results) = Tally.finish(t, n);
    }
}

/// @notice The counting pass against a model that sorts.
contract TallyTest is Fuzz {
    uint256 private constant ABSTAIN = 100_001;

    TallyHarness private _harness = new TallyHarness();

    // A round that the seed drew.
    uint256 private _count;
    uint256[][] private _rows;

    // What sorting makes of it, by submission.
    uint256[] private _medians;
    uint256[] private _agreeing;
    uint256 private _mask;

    function testFuzz_inRangeRefusesScoresAbove100001(uint256 seed) public {
        _seed(seed);
        uint256 count = _between(1, 32);
        bytes memory row;
        bool right = true;
        for (uint256 i = 0; i < count; ++i) {
            uint256 score = _anyWord();
            right = right && score <= ABSTAIN;
            row = abi.encodePacked(row, uint32(score));
        }
        require(_harness.inRange(row) == right, "inRange as each score says");
    }

    /// @dev One wrong score among right ones, wherever it stands.
    function testFuzz_inRangeFindsAnySingleScore(uint256 seed) public {
        _seed(seed);
        uint256 count = _between(1, 32);
        uint256 place = _between(0, count - 1);
        uint256 wrong = _between(ABSTAIN + 1, type(uint32).max);
        bytes memory row;
        bytes memory right;
        for (uint256 i = 0; i < count; ++i) {
            uint256 score = _between(0, 1) == 0 ? 0 : ABSTAIN;
            row = abi.encodePacked(row, uint32(i == place ? wrong : score));
            right = abi.encodePacked(right, uint32(score));
        }
        require(!_harness.inRange(row), "refuses");
        require(_harness.inRange(right), "takes");
    }

    function testFuzz_countingGivesWhatSortingGives(uint256 seed) public {
        _draw(seed);
        TallyHarness.Verdict memory v = _harness.judge(_pack(_rows), _count, _packRow(_medians), _mask);
        _equal(v.mask, _mask, "mask");
        uint256 agreements;
        for (uint256 j = 0; j < _count; ++j) {
            agreements += _agreeing[j];
            uint256 result = (v.results[j / 8] >> (224 - 32 * (j % 8))) & 0xffffffff;
            _equal(result, _agreeing[j] * 2 ** 17 + _medians[j], "result");
        }
        _equal(v.agreements, agreements, "agreements");
        for (uint256 i = 0; i < _rows.length; ++i) {
            (uint256 agreeing, uint256 dissenting) = _compare(_rows[i]);
            _equal(v.agreeing[i], agreeing, "agreeing");
            _equal(v.dissenting[i], dissenting, "dissenting");
        }
    }

    /// @dev Lanes after the last submission stay empty, whatever follows the rows in calldata.
    function testFuzz_countingLeavesUnusedLanesEmpty(uint256 seed) public {
        _draw(seed);
        TallyHarness.Verdict memory v = _harness.judge(_pack(_rows), _count, _packRow(_medians), _mask);
        for (uint256 j = _count; j < 32; ++j) {
            _equal((v.results[j / 8] >> (224 - 32 * (j % 8))) & 0xffffffff, 0, "unused lane");
        }
    }

    /// @dev Any other median of one submission is refused, with the counts of that lane alone.
    function testFuzz_finishRefusesAnyOtherMedian(uint256 seed) public {
        _draw(seed);
        uint256 place = _between(0, _count - 1);
        uint256 claimed = _between(0, 2) == 0 ? _between(0, ABSTAIN) : _score();
        VM.assume(claimed != _medians[place]);
        (uint256 below, uint256 notAbove) = (0, 0);
        for (uint256 i = 0; i < _rows.length; ++i) {
            if (_rows[i][place] < claimed) ++below;
            if (_rows[i][place] <= claimed) ++notAbove;
        }
        // Claims on the mask are wrong too once the median is: it is the median that is named.
        uint256[] memory medians = _medians;
        medians[place] = claimed;
        VM.expectRevert(
            abi.encodeWithSelector(IDeML.DeML_WrongMedian.selector, place, claimed, below, notAbove)
        );
        _harness.judge(_pack(_rows), _count, _packRow(medians), 0);
    }

    /// @dev A median above 100001 is none, and one with its top bit set would borrow from its neighbour: refused before
    /// anything is counted.
    function testFuzz_startRefusesMediansAbove100001(uint256 seed) public {
        _draw(seed);
        uint256 place = _between(0, _count - 1);
        uint256[] memory medians = _medians;
        medians[place] = _between(0, 1) == 0
            ? _between(ABSTAIN + 1, 2 ** 31)
            : _between(2 ** 31, type(uint32).max);
        VM.expectRevert(
            abi.encodeWithSelector(IDeML.DeML_WrongMedian.selector, place, medians[place], 0, 0)
        );
        _harness.judge(_pack(_rows), _count, _packRow(medians), _mask);
    }

    /// @dev Whatever mask is claimed, also one that settles abstentions, the right one comes out.
    function testFuzz_finishGivesTheRightMaskWhateverIsClaimed(uint256 seed) public {
        _draw(seed);
        uint256 claimed = _between(0, type(uint32).max);
        TallyHarness.Verdict memory v = _harness.judge(_pack(_rows), _count, _packRow(_medians), claimed);
        _equal(v.mask, _mask, "mask");
    }

    // ------------------------------------------------------------------------------------------------ the model

    /// @dev Draws a round of up to 24 rows and decides it by sorting.
    function _draw(uint256 seed) private {
        _seed(seed);
        _count = _between(1, 32);
        uint256 n = _between(1, 24);
        uint256[] memory honest = new uint256[](_count);
        for (uint256 j = 0; j < _count; ++j) {
            honest[j] = _score();
        }
        uint256 honesty = _between(0, 10);
        for (uint256 i = 0; i < n; ++i) {
            _rows.push();
            for (uint256 j = 0; j < _count; ++j) {
                _rows[i].push(_between(1, 10) <= honesty ? honest[j] : _score());
            }
        }
        for (uint256 j = 0; j < _count; ++j) {
            (uint256 median, uint256 agreeing) = _decide(j);
            _medians.push(median);
            _agreeing.push(agreeing);
            if (agreeing != 0) _mask |= 1 << j;
        }
    }

    /// @dev The lower median of a submission's scores, and how many equal it if that settles the submission.
    function _decide(uint256 j) private view returns (uint256 median, uint256 agreeing) {
        uint256 n = _rows.length;
        uint256[] memory sorted = new uint256[](n);
        for (uint256 i = 0; i < n; ++i) {
            uint256 k = i;
            for (; k > 0 && sorted[k - 1] > _rows[i][j]; --k) {
                sorted[k] = sorted[k - 1];
            }
            sorted[k] = _rows[i][j];
        }
        median = sorted[(n - 1) / 2];
        for (uint256 i = 0; i < n; ++i) {
            if (sorted[i] == median) ++agreeing;
        }
        if (2 * agreeing <= n || median == ABSTAIN) agreeing = 0;
    }

    function _compare(uint256[] memory row) private view returns (uint256 agreeing, uint256 dissenting) {
        for (uint256 j = 0; j < _count; ++j) {
            if (_agreeing[j] == 0) continue;
            if (row[j] == _medians[j]) ++agreeing;
            else if (row[j] != ABSTAIN) ++dissenting;
        }
    }

    /// @dev A score that often equals another, and often stands at an end of the range.
    function _score() private returns (uint256) {
        uint256 kind = _between(0, 5);
        if (kind == 0) return 0;
        if (kind == 1) return 100_000;
        if (kind == 2) return ABSTAIN;
        if (kind == 3) return _between(0, 3);
        return _between(0, ABSTAIN);
    }

    /// @dev Any uint32, mostly near the bounds that matter.
    function _anyWord() private returns (uint256) {
        uint256 kind = _between(0, 40);
        if (kind == 0) return _between(ABSTAIN - 1, ABSTAIN + 1);
        if (kind == 1) return _between(2 ** 31 - 2, 2 ** 31 + ABSTAIN + 1);
        if (kind == 2) return _between(0, type(uint32).max);
        return _score();
    }

    function _pack(uint256[][] memory rows) private pure returns (bytes memory packed) {
        for (uint256 i = 0; i < rows.length; ++i) {
            packed = bytes.concat(packed, _packRow(rows[i]));
        }
    }

    function _packRow(uint256[] memory row) private pure returns (bytes memory packed) {
        for (uint256 j = 0; j < row.length; ++j) {
            packed = abi.encodePacked(packed, uint32(row[j]));
        }
    }
}
