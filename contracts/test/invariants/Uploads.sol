// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeML} from "../../interfaces/IDeML.sol";
import {Reached} from "./Coverage.sol";
import {Hosts} from "./Hosts.sol";
import {Limits} from "./Limits.sol";

/// @title Uploading models, and posting beacons
abstract contract Uploads is Hosts {
    /// @dev Of one call, however many a submission may have.
    uint256 private constant MOST_BYTES = 128;

    // ------------------------------------------------------------------------------------------------ models

    /// @dev Continues the upload of a participant or starts one; sometimes with arguments that are wrong.
    function _upload(uint256 id, address who) internal {
        if (id >= _games.length) return _submit(id, who, 0, 1, hex"00");
        Upload storage u = _party[id][who].upload;
        if (u.received < u.size && _chance(70)) {
            uint256 offset = _chance(90) ? u.received : _between(0, u.size);
            uint256 left = u.size - u.received;
            return _append(id, who, offset, _bytes(_chance(60) ? left : _between(0, left + 1)));
        }
        IDeML.Terms storage t = _games[id].terms;
        bool runs = block.timestamp >= t.registrationEndsAt && block.timestamp < t.submissionEndsAt;
        uint256 epoch = runs && _chance(95) ? _runningEpoch(id) : _between(0, t.epochs);
        uint256 size = _between(_chance(5) ? 0 : 1, uint256(t.byteLimit) + (_chance(5) ? 1 : 0));
        _submit(id, who, epoch, size, _bytes(_chance(60) ? size : _between(0, size + 1)));
    }

    /// @dev One byte each, as many as this participant still may.
    function _flood(uint256 id, address who) internal {
        uint256 left = _games[id].terms.maxPerParticipant - _party[id][who].used;
        for (uint256 i = 0; i < left; ++i) {
            _submit(id, who, _runningEpoch(id), 1, _bytes(1));
        }
    }

    function _submit(uint256 id, address who, uint256 epoch, uint256 size, bytes memory data) internal {
        Call memory c;
        (c.from, c.name, c.id, c.limit) = (who, "submitModel", id, Limits.SUBMIT_MODEL);
        c.data = abi.encodeCall(IDeML.submitModel, (id, epoch, size, data));
        c.breach = _maySubmit(id, who, epoch, size, data.length);
        if (!_send(c)) return;
        Upload storage u = _party[id][who].upload;
        _reachIf(u.received < u.size, Reached.UploadDropped);
        (u.epoch, u.size, u.received, u.hash) = (epoch, size, 0, 0);
        _take(id, who, data);
    }

    function _append(uint256 id, address who, uint256 offset, bytes memory data) internal {
        Call memory c;
        (c.from, c.name, c.id, c.limit) = (who, "appendModel", id, Limits.APPEND_MODEL);
        c.data = abi.encodeCall(IDeML.appendModel, (id, offset, data));
        c.breach = _mayAppend(id, who, offset, data.length);
        if (_send(c)) {
            _take(id, who, data);
            _reach(Reached.UploadInChunks);
        } else if (block.timestamp < _games[id].terms.submissionEndsAt && c.breach == 12) {
            _reachIf(_party[id][who].upload.epoch != _runningEpoch(id), Reached.UploadCutByEpoch);
        }
    }

    /// @dev Notes a chunk that was accepted, and the entry with the last one.
    function _take(uint256 id, address who, bytes memory data) private {
        Party storage p = _party[id][who];
        Upload storage u = p.upload;
        u.hash = keccak256(abi.encode(u.hash, keccak256(data)));
        u.received += data.length;
        if (u.received < u.size) return;
        ++p.used;
        Entry[] storage entries = _games[id].entries;
        uint256 number = entries.length;
        Entry storage e = entries.push();
        (e.author, e.epoch, e.size, e.hash, e.truth) = (who, u.epoch, u.size, u.hash, _truth(id, number));
        _numbers[id][u.epoch].push(number);
        _checkEntry(id, number);
    }

    /// @dev Few values, so that scores tie, and 0 among them.
    function _truth(uint256 id, uint256 number) private view returns (uint256) {
        uint256[8] memory truths = [uint256(0), 0, 50_000, 50_000, 50_001, 97_345, 100_000, 1];
        return truths[uint256(keccak256(abi.encode(id, number, _steps))) % 8];
    }

    function _checkEntry(uint256 id, uint256 number) private {
        Entry storage e = _games[id].entries[number];
        IDeML.Submission memory s = _deml.submission(id, number);
        bool same = s.author == e.author && s.hash == e.hash && s.size == e.size;
        _expect(same, 6, "the submission that was sent is kept");
        _equalTo(s.epoch, e.epoch, 12, "the submission's epoch");
        _expect(block.timestamp < _epochEndsAt(id, e.epoch), 12, "no submission after its epoch");
        _equalTo(_deml.epoch(id, e.epoch).startsAt, _startsAt(id, e.epoch), 8, "the start of the epoch's evaluation");
    }

    function _bytes(uint256 length) private returns (bytes memory data) {
        if (length > MOST_BYTES) length = MOST_BYTES;
        bytes32 word = bytes32(_between(0, type(uint256).max - 1));
        data = bytes.concat(word, word, word, word);
        assembly ("memory-safe") {
            mstore(data, length)
        }
    }

    // ------------------------------------------------------------------------------------------------ beacons

    /// @dev The beacon of an epoch. Before its time only a chain whose clock lags would see it.
    function _postBeacon(uint256 id, uint256 epoch) internal {
        uint64 drandRound = uint64(_unsealRound(id, epoch));
        bytes memory signature = _signature(drandRound);
        uint256 fault = _chance(90) ? 0 : _between(1, 4);
        if (fault == 1) ++drandRound;
        else if (fault == 2) signature[_between(0, 127)] ^= 0x01;
        else if (fault == 3) signature = new bytes(128);
        else if (fault == 4) signature = _signature(drandRound + 1);
        Call memory c;
        (c.from, c.name, c.id, c.limit) = (_anybody(), "postBeacon", id, Limits.POST_BEACON);
        c.data = abi.encodeCall(IDeML.postBeacon, (drandRound, signature));
        c.breach = _mayPost(drandRound, signature);
        if (!_send(c)) return;
        _posted[drandRound] = true;
        _reachIf(block.timestamp < _epochEndsAt(id, epoch), Reached.BeaconBeforeEnd);
        for (uint256 other = 0; other < _games.length; ++other) {
            _reachIf(other != id && _unsealRound(other, 0) == drandRound, Reached.BeaconShared);
        }
        (bytes32 randomness,) = _deml.beacon(drandRound);
        _equalTo(uint256(randomness), _randomness(drandRound), 4, "the beacon's randomness");
    }
}
