// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeML} from "../../interfaces/IDeML.sol";
import {Reached} from "./Coverage.sol";
import {Evaluation} from "./Evaluation.sol";
import {Limits} from "./Limits.sol";
import {Forcing, Reentering} from "./Receivers.sol";

/// @title Ending competitions, being paid, and ether from nowhere
abstract contract Payments is Evaluation {
    function _finalize(uint256 id, uint256 epoch, uint256 round) internal {
        Call memory c;
        IDeML.Status status;
        (c.from, c.name, c.id, c.limit) = (_anybody(), "finalize", id, Limits.FINALIZE);
        c.data = abi.encodeCall(IDeML.finalize, (id, epoch, round));
        (c.breach, status) = _mayFinalize(id, epoch, round);
        if (!_send(c)) return _expect(c.breach != 0, 3, "an end that is certain");
        Game storage g = _games[id];
        g.status = status;
        _equalTo(uint256(_deml.competition(id).status), uint256(status), 6, "the status");
        if (status == IDeML.Status.Final) return _reach(Reached.Final);
        bool few = g.participants.length == 0 || g.miners.length < g.terms.minReveals;
        if (few) _reach(Reached.CancelledForWantOfPeople);
        else if (g.entries.length == 0) _reach(Reached.CancelledWithoutSubmissions);
        else if (_isAllDecided(id)) _reach(Reached.CancelledWithoutScore);
        else _reach(Reached.CancelledUndecided);
        _reachIf(_feePrice(id) < g.fee, Reached.FeesCapped);
    }

    function _claim(uint256 id, address who) internal {
        Call memory c;
        (c.name, c.id, c.limit) = ("claim", id, Limits.CLAIM);
        (c.breach, c.payment) = _mayClaim(id, who);
        c.data = abi.encodeCall(IDeML.claim, (id, who));
        c.receiver = _party[id][who].miner ? _party[id][who].payout : who;
        if (!_pay(c)) return;
        _party[id][who].claimed = true;
        _reach(_party[id][who].miner ? Reached.StakeClaimed : Reached.SettlerClaimed);
    }

    function _refund(uint256 id, address who) internal {
        Call memory c;
        (c.name, c.id, c.limit) = ("refund", id, Limits.REFUND);
        (c.breach, c.payment) = _mayRefund(id, who);
        (c.data, c.receiver) = (abi.encodeCall(IDeML.refund, (id, who)), who);
        if (!_pay(c)) return;
        if (who == _games[id].host) _games[id].potPaid = true;
        else _party[id][who].refunded = true;
        _reach(who == _games[id].host ? Reached.HostRefunded : Reached.BuyInRefunded);
    }

    function _withdraw(uint256 id) internal {
        Call memory c;
        (c.name, c.id, c.limit) = ("withdrawPrize", id, Limits.WITHDRAW_PRIZE);
        (c.breach, c.payment) = _mayWithdraw(id);
        c.data = abi.encodeCall(IDeML.withdrawPrize, (id));
        if (c.breach == 0) {
            (uint256 best,) = _best(id);
            c.receiver = _games[id].entries[best].author;
        }
        if (!_pay(c)) return;
        _games[id].potPaid = true;
        _reach(Reached.PrizeWithdrawn);
    }

    /// @dev Anybody sends a call that pays somebody.
    function _pay(Call memory c) private returns (bool ok) {
        (uint256 breach, uint256 amount, address to) = (c.breach, c.payment, c.receiver);
        uint256 reentries;
        if (_isReentering(to)) {
            Reentering(payable(to)).aim(address(_deml), c.data);
            reentries = Reentering(payable(to)).reentries();
        }
        (c.from, c.limit) = (_anybody(), Limits.payment(c.limit, to, _isReentering(to)));
        ok = _send(c);
        _reachIf(!ok && breach == 9, Reached.PaidTwiceRefused);
        if (_isReentering(to)) {
            _equalTo(Reentering(payable(to)).reentries(), reentries, 9, "payments that were paid again");
            _reachIf(ok, Reached.ReentryRefused);
        }
        if (ok) _games[c.id].paid += amount;
    }

    // ------------------------------------------------------------------------------------------------ intruders

    /// @dev Ether that no function takes, by a contract that destroys itself, or sent to no function at all.
    function _intrude() internal {
        uint256 value = _between(1, 10 ** 18);
        if (_chance(50)) {
            VM.deal(address(this), value);
            new Forcing{value: value}(payable(address(_deml)));
            _forced += value;
            return _reach(Reached.EtherForced);
        }
        Call memory c;
        (c.from, c.name, c.value) = (_anybody(), "a function that is not in the interface", value);
        (c.data, c.breach) = (_chance(50) ? bytes("") : abi.encodeWithSelector(bytes4(uint32(value)), value), 13);
        _send(c);
    }
}
