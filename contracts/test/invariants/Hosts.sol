// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeML} from "../../interfaces/IDeML.sol";
import {Caller} from "./Caller.sol";
import {Reached} from "./Coverage.sol";
import {Limits} from "./Limits.sol";

/// @title Creating competitions, and taking part in them
abstract contract Hosts is Caller {
    uint256 private constant MOST_OPEN = 3;

    // ------------------------------------------------------------------------------------------------ choice

    function _openGames() internal view returns (uint256[] memory ids) {
        ids = new uint256[](_games.length);
        uint256 count;
        for (uint256 id = 0; id < _games.length; ++id) {
            if (_games[id].status == IDeML.Status.Open) ids[count++] = id;
        }
        assembly ("memory-safe") {
            mstore(ids, count)
        }
    }

    /// @dev Any competition, or now and then one that does not exist.
    function _anyGame() internal returns (uint256) {
        return _between(0, _chance(3) ? _games.length : _games.length - 1);
    }

    // ------------------------------------------------------------------------------------------------ hosts

    function _create() internal {
        (IDeML.Terms memory t, uint256 fund) = _drawTerms();
        if (_chance(20)) fund = _spoil(t, fund);
        Call memory c;
        (c.from, c.value, c.name, c.id, c.limit) = (_anybody(), fund, "create", _games.length, Limits.CREATE);
        (c.data, c.breach) = (abi.encodeCall(IDeML.create, (t)), _mayCreate(t, fund));
        if (!_send(c)) return;
        Game storage g = _games.push();
        (g.host, g.terms, g.fund, g.deposits) = (c.from, t, fund, fund);
        (g.fee, g.buyIn) = (_feeOf(t, fund), fund * t.buyInBps / 10_000);
        _reachIf(fund == type(uint96).max, Reached.AmountsAtTheLimit);
        _reachIf(_openGames().length == MOST_OPEN, Reached.SeveralAtOnce);
    }

    function _mayOpenMore() internal view returns (bool) {
        return _openGames().length < MOST_OPEN;
    }

    function _drawTerms() private returns (IDeML.Terms memory t, uint256 fund) {
        fund = _chance(10) ? type(uint96).max : 1 ether + _between(0, 10 ** 9);
        t.manifest = keccak256(abi.encode(fund));
        t.quorum = uint16(_chance(60) ? _between(3, 5) : _between(1, 2));
        t.minReveals = uint16(_between(t.quorum / 2 + 1, 2 * t.quorum / 3 + 1));
        t.maxPerParticipant = uint8(_chance(60) ? 8 : _between(1, 3));
        uint256[4] memory priced = [uint256(1), 2, 10, 100];
        t.pricedSubmissions = uint16(priced[_between(0, 3)]);
        // Such buy-ins cover the fees of eight submissions.
        t.buyInBps = 10_000;
        bool isLargest = fund == type(uint96).max;
        uint256 most = isLargest ? 20 : 250 * t.pricedSubmissions;
        t.miningPoolBps = uint16(_between(1, most < 5_000 ? most : 5_000));
        t.bond = isLargest ? type(uint96).max : uint96(500 * _feeOf(t, fund) + _between(0, 19));
        t.epochs = uint8(_chance(20) ? 1 : _between(1, 3));
        t.registrationEndsAt = uint40(block.timestamp + _between(1, 100));
        t.submissionEndsAt = uint40(t.registrationEndsAt + t.epochs * _between(SEAL_GAP, 90) + _between(0, 2));
        if (_games.length > 0 && _chance(20)) _copyTimes(t);
        (t.commitSecs, t.revealSecs) = (uint24(_between(10, 40)), uint24(_between(10, 40)));
        t.byteLimit = uint24(_between(1, 100));
    }

    /// @dev The same dates as another competition, so that both wait for the same beacons.
    function _copyTimes(IDeML.Terms memory t) private view {
        IDeML.Terms storage other = _games[_games.length - 1].terms;
        if (other.registrationEndsAt <= block.timestamp) return;
        (t.registrationEndsAt, t.submissionEndsAt) = (other.registrationEndsAt, other.submissionEndsAt);
        t.epochs = other.epochs;
    }

    /// @dev Puts one term at or past the end of its range.
    function _spoil(IDeML.Terms memory t, uint256 fund) private returns (uint256) {
        uint256 which = _between(0, 15);
        if (which == 0) return uint256(type(uint96).max) + _between(0, 1);
        if (which == 1) t.miningPoolBps = uint16(5_000 + _between(0, 1));
        else if (which == 2) t.buyInBps = uint16(_between(0, 1));
        else if (which == 3) t.pricedSubmissions = uint16(_chance(50) ? 0 : 10_000 + _between(0, 1));
        else if (which == 4) t.epochs = uint8(_chance(50) ? 0 : 64 + _between(0, 1));
        else if (which == 5) t.maxPerParticipant = uint8(_chance(50) ? 0 : 8 + _between(0, 1));
        else if (which == 6) t.commitSecs = uint24(9 + _between(0, 1));
        else if (which == 7) t.revealSecs = uint24(30 days + _between(0, 1));
        else if (which == 8) t.byteLimit = uint24(_chance(50) ? 0 : 2 ** 20 + _between(0, 1));
        else if (which == 9) t.quorum = uint16(_chance(50) ? 0 : 256 + _between(0, 1));
        else if (which == 10) t.minReveals = uint16(t.quorum / 2 + _between(0, 1));
        else if (which == 11) t.minReveals = uint16(2 * t.quorum / 3 + 1 + _between(0, 1));
        else if (which == 12) t.registrationEndsAt = uint40(block.timestamp + _between(0, 1));
        else if (which == 13) t.submissionEndsAt = uint40(block.timestamp + 366 days + _between(0, 1));
        else if (which == 14) t.submissionEndsAt = uint40(t.registrationEndsAt + t.epochs * SEAL_GAP - _between(0, 1));
        else t.bond = uint96(500 * _feeOf(t, fund) - _between(0, 1));
        return fund;
    }

    // ------------------------------------------------------------------------------------------------ people

    function _register(uint256 id, address who) internal {
        Call memory c;
        (c.from, c.name, c.id, c.limit) = (who, "register", id, Limits.REGISTER);
        c.value = id < _games.length ? _games[id].buyIn : 0;
        if (_chance(5)) c.value = _chance(50) ? c.value + 1 : c.value / 2;
        (c.data, c.breach) = (abi.encodeCall(IDeML.register, (id)), _mayRegister(id, who, c.value));
        if (!_send(c)) return;
        _party[id][who].participant = true;
        _games[id].participants.push(who);
        _games[id].deposits += c.value;
    }

    function _enroll(uint256 id, address who) internal {
        Call memory c;
        (c.from, c.name, c.id, c.limit) = (who, "enroll", id, Limits.ENROLL);
        address payout = _chance(50) ? who : _chance(3) ? address(0) : _anybody();
        c.value = id < _games.length ? _games[id].terms.bond : 0;
        if (_chance(5)) c.value = _chance(50) ? c.value + 1 : c.value / 2;
        c.data = abi.encodeCall(IDeML.enroll, (id, payout));
        c.breach = _mayEnroll(id, who, payout, c.value);
        if (!_send(c)) return;
        Party storage p = _party[id][who];
        (p.miner, p.payout, p.index) = (true, payout, _games[id].miners.length);
        _games[id].miners.push(who);
        _games[id].creditors.push(who);
        _games[id].deposits += c.value;
    }
}
