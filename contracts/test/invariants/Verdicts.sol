// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Caller} from "./Caller.sol";

/// @title What a round comes to
/// @notice By sorting and comparing, one submission at a time, where the contract counts lanes of words.
abstract contract Verdicts is Caller {
    /// @notice The arguments of `settle`.
    struct Settle {
        address[] miners;
        bytes scores;
        address[] silent;
        bytes medians;
        uint256 mask;
    }

    /// @dev The only settle that the contract may take.
    function _verdict(uint256 roundId) internal view returns (Settle memory s) {
        (, uint256 count) = _entriesOfRound(roundId);
        (s.miners, s.silent) = (_sorted(roundId, true), _sorted(roundId, false));
        for (uint256 i = 0; i < s.miners.length; ++i) {
            s.scores = bytes.concat(s.scores, _ballots[roundId][s.miners[i]].scores);
        }
        for (uint256 place = 0; place < count; ++place) {
            (uint256 median, uint256 agreeing) = _judge(s.scores, place, count);
            s.medians = bytes.concat(s.medians, bytes4(uint32(median)));
            if (agreeing > 0) s.mask |= 2 ** place;
        }
    }

    /// @dev Lower median of one column, and how many are equal to it if that is a majority that does not abstain.
    function _judge(bytes memory rows, uint256 place, uint256 count)
        internal
        pure
        returns (uint256 median, uint256 agreeing)
    {
        uint256[] memory column = new uint256[](rows.length / (4 * count));
        for (uint256 i = 0; i < column.length; ++i) {
            column[i] = _score(rows, i * count + place);
            for (uint256 j = i; j > 0 && column[j - 1] > column[j]; --j) {
                (column[j - 1], column[j]) = (column[j], column[j - 1]);
            }
        }
        if (column.length == 0) return (0, 0);
        median = column[(column.length - 1) / 2];
        for (uint256 i = 0; i < column.length; ++i) {
            if (column[i] == median) ++agreeing;
        }
        if (2 * agreeing <= column.length || median == ABSTAIN) agreeing = 0;
    }

    /// @dev Who revealed, or who only committed, ascending.
    function _sorted(uint256 roundId, bool revealed) private view returns (address[] memory list) {
        address[] storage committed = _committed[roundId];
        uint256 count = _revealed(roundId);
        list = new address[](revealed ? count : committed.length - count);
        count = 0;
        for (uint256 i = 0; i < committed.length; ++i) {
            if (_ballots[roundId][committed[i]].revealed != revealed) continue;
            uint256 j = count++;
            for (; j > 0 && list[j - 1] > committed[i]; --j) {
                list[j] = list[j - 1];
            }
            list[j] = committed[i];
        }
    }
}
