// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeML} from "../../interfaces/IDeML.sol";
import {Ghost} from "./Ghost.sol";

/// @title What each call may do, by the protocol's words
/// @notice Each rule answers 0 where the call must go through, and otherwise the number of the invariant that would be
/// broken if it did.
abstract contract Rules is Ghost {
    function _mayCreate(IDeML.Terms memory t, uint256 fund) internal view returns (uint256) {
        if (fund > type(uint96).max) return 11;
        if (t.miningPoolBps < 1 || t.miningPoolBps > 5_000) return 9;
        if (t.buyInBps < 1 || t.buyInBps > 10_000) return 9;
        if (t.pricedSubmissions < 1 || t.pricedSubmissions > 10_000) return 9;
        if (t.epochs < 1 || t.epochs > 64) return 10;
        if (t.maxPerParticipant < 1 || t.maxPerParticipant > 8) return 9;
        if (t.commitSecs < 10 || t.commitSecs > 30 days) return 3;
        if (t.revealSecs < 10 || t.revealSecs > 30 days) return 3;
        if (t.byteLimit < 1 || t.byteLimit > 2 ** 20) return 10;
        if (t.quorum < 1 || t.quorum > 256) return 10;
        if (t.minReveals < t.quorum / 2 + 1 || t.minReveals > 2 * uint256(t.quorum) / 3 + 1) return 7;
        if (t.registrationEndsAt <= block.timestamp || t.submissionEndsAt <= t.registrationEndsAt) return 3;
        if (t.submissionEndsAt > block.timestamp + 366 days) return 3;
        if ((t.submissionEndsAt - t.registrationEndsAt) / t.epochs < SEAL_GAP) return 12;
        uint256 fee = _feeOf(t, fund);
        if (fee == 0) return 11;
        if (fund * t.buyInBps / 10_000 < 5 * uint256(t.maxPerParticipant) * (uint256(t.quorum) + 1) * fee) return 9;
        if (t.bond < 500 * fee) return 9;
        return 0;
    }

    function _feeOf(IDeML.Terms memory t, uint256 fund) internal pure returns (uint256) {
        return fund * t.miningPoolBps / 10_000 / (uint256(t.pricedSubmissions) * (uint256(t.quorum) + 1));
    }

    function _mayJoin(uint256 id, address who, uint256 value, uint256 price) private view returns (uint256) {
        if (id >= _games.length) return 11;
        Game storage g = _games[id];
        if (g.status != IDeML.Status.Open) return 6;
        if (block.timestamp >= g.terms.registrationEndsAt) return 6;
        if (who == g.host || _party[id][who].participant || _party[id][who].miner) return 4;
        return value == price ? 0 : 1;
    }

    function _mayRegister(uint256 id, address who, uint256 value) internal view returns (uint256) {
        return _mayJoin(id, who, value, id < _games.length ? _games[id].buyIn : 0);
    }

    function _mayEnroll(uint256 id, address who, address payout, uint256 value) internal view returns (uint256) {
        if (payout == address(0)) return 3;
        return _mayJoin(id, who, value, id < _games.length ? _games[id].terms.bond : 0);
    }

    /// @dev Whoever uploads, from the first byte to the last.
    function _mayUpload(uint256 id, address who, uint256 epoch) private view returns (uint256) {
        if (id >= _games.length) return 11;
        Game storage g = _games[id];
        if (g.status != IDeML.Status.Open) return 6;
        if (!_party[id][who].participant) return 1;
        if (block.timestamp < g.terms.registrationEndsAt) return 6;
        if (block.timestamp >= g.terms.submissionEndsAt || epoch != _runningEpoch(id)) return 12;
        if (_posted[_unsealRound(id, epoch)]) return 12;
        return g.miners.length < g.terms.minReveals ? 3 : 0;
    }

    function _maySubmit(uint256 id, address who, uint256 epoch, uint256 size, uint256 length)
        internal
        view
        returns (uint256 breach)
    {
        breach = _mayUpload(id, who, epoch);
        if (breach != 0) return breach;
        IDeML.Terms storage t = _games[id].terms;
        if (_party[id][who].used >= t.maxPerParticipant) return 9;
        if (size == 0 || size > t.byteLimit || length == 0 || length > size) return 10;
        return 0;
    }

    function _mayAppend(uint256 id, address who, uint256 offset, uint256 length)
        internal
        view
        returns (uint256 breach)
    {
        Upload storage u = _party[id][who].upload;
        breach = _mayUpload(id, who, u.epoch);
        if (breach != 0) return breach;
        return offset != u.received || length == 0 || offset + length > u.size ? 10 : 0;
    }

    function _mayPost(uint64 drandRound, bytes memory signature) internal returns (uint256) {
        if (_posted[drandRound]) return 0; // Somebody was first, which is as good.
        return keccak256(signature) == keccak256(_signature(drandRound)) ? 0 : 12;
    }

    function _mayCommit(uint256 roundId, address who, uint256 boxLength) internal returns (uint256) {
        if (!_isRound(roundId)) return 5;
        if (_games[roundId >> 48].status != IDeML.Status.Open) return 6;
        Window memory w = _window(roundId);
        if (block.timestamp < w.startsAt || block.timestamp >= w.commitEndsAt) return 5;
        return _mayCommitInTime(roundId, who, boxLength);
    }

    /// @dev Committing in a round that there is, but for the window.
    function _mayCommitInTime(uint256 roundId, address who, uint256 boxLength) internal returns (uint256) {
        (uint256 id, uint256 epoch,,) = _split(roundId);
        if (!_posted[_unsealRound(id, epoch)]) return 4;
        if (_decided[roundId >> 8 << 8]) return 6;
        (bool found, uint256 earlier) = _earlierEpoch(id, epoch);
        if (found && !_isEpochDecided(id, earlier)) return 8;
        if (!_party[id][who].miner || _ballots[roundId][who].committed || !_isSeated(roundId, who)) return 4;
        return boxLength > 512 ? 10 : 0;
    }

    /// @dev Revealing, but for the scores.
    function _mayReveal(uint256 roundId) internal view returns (uint256) {
        if (!_isRound(roundId) || _committed[roundId].length == 0) return 5;
        if (_games[roundId >> 48].status != IDeML.Status.Open || _decided[roundId >> 8 << 8]) return 6;
        Window memory w = _window(roundId);
        return block.timestamp < w.commitEndsAt || block.timestamp >= w.revealEndsAt ? 5 : 0;
    }

    function _mayReveal(uint256 roundId, address deml, address miner, bytes32 salt, bytes memory scores)
        internal
        view
        returns (uint256 breach)
    {
        breach = _mayReveal(roundId);
        if (breach != 0) return breach;
        Ballot storage b = _ballots[roundId][miner];
        if (!b.committed || b.revealed) return 4;
        (, uint256 count) = _entriesOfRound(roundId);
        if (scores.length != 4 * count) return 11;
        for (uint256 i = 0; i < count; ++i) {
            if (_score(scores, i) > ABSTAIN) return 11;
        }
        bytes32 commitment = keccak256(abi.encode(block.chainid, deml, roundId, miner, salt, scores));
        return uint192(uint256(commitment)) == uint192(uint256(b.commitment)) ? 0 : 5;
    }

    /// @dev Settling, but for what is claimed.
    function _maySettle(uint256 roundId) internal view returns (uint256) {
        if (!_isRound(roundId) || _committed[roundId].length == 0) return 4;
        uint256 id = roundId >> 48;
        if (_games[id].status != IDeML.Status.Open || _decided[roundId >> 8 << 8]) return 6;
        uint256 revealed = _revealed(roundId);
        if (revealed < _games[id].terms.minReveals) return 7;
        Window memory w = _window(roundId);
        uint256 opensAt = revealed == _committed[roundId].length ? w.commitEndsAt : w.revealEndsAt;
        return block.timestamp < opensAt || block.timestamp >= w.settleEndsAt ? 8 : 0;
    }

    /// @return breach 0 where the call must go through.
    /// @return status How it ends.
    function _mayFinalize(uint256 id, uint256 epoch, uint256 round)
        internal
        view
        returns (uint256 breach, IDeML.Status status)
    {
        status = IDeML.Status.Cancelled;
        if (id >= _games.length) return (11, status);
        Game storage g = _games[id];
        if (g.status != IDeML.Status.Open) return (6, status);
        if (block.timestamp < g.terms.registrationEndsAt) return (2, status);
        if (g.participants.length == 0 || g.miners.length < g.terms.minReveals) return (0, status);
        if (block.timestamp >= g.terms.submissionEndsAt && _isAllDecided(id)) {
            (, uint256 score) = _best(id);
            return (0, score > 0 ? IDeML.Status.Final : status);
        }
        bool undecided = epoch < g.terms.epochs && round < _roundsOf(id, epoch)
            && !_decided[_roundId(id, epoch, round, 0)];
        return (undecided && block.timestamp >= _evaluationEndsAt(id, epoch) ? 0 : 6, status);
    }

    /// @dev The payments; `amount` is what they pay.
    function _mayClaim(uint256 id, address who) internal view returns (uint256 breach, uint256 amount) {
        if (id >= _games.length) return (11, 0);
        if (_games[id].status == IDeML.Status.Open) return (2, 0);
        amount = _owed(id, who);
        return (amount == 0 ? 9 : 0, amount);
    }

    function _mayRefund(uint256 id, address who) internal view returns (uint256 breach, uint256 amount) {
        if (id >= _games.length) return (11, 0);
        Game storage g = _games[id];
        if (g.status != IDeML.Status.Cancelled) return (g.status == IDeML.Status.Open ? 2 : 9, 0);
        if (who == g.host) return (g.potPaid ? 9 : 0, _pot(id));
        return (_party[id][who].participant && !_party[id][who].refunded ? 0 : 9, g.buyIn);
    }

    function _mayWithdraw(uint256 id) internal view returns (uint256 breach, uint256 amount) {
        if (id >= _games.length) return (11, 0);
        Game storage g = _games[id];
        if (g.status != IDeML.Status.Final) return (g.status == IDeML.Status.Open ? 2 : 9, 0);
        return (g.potPaid ? 9 : 0, _pot(id));
    }

    /// @dev The big-endian uint32 at a place.
    function _score(bytes memory scores, uint256 place) internal pure returns (uint256 score) {
        assembly ("memory-safe") {
            score := shr(224, mload(add(add(scores, 32), mul(4, place))))
        }
    }
}
