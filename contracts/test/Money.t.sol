// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DeML} from "../DeML.sol";
import {Beacons} from "../libraries/Beacons.sol";
import {Money} from "../libraries/Money.sol";
import {Fuzz} from "./Fuzz.sol";

/// @notice The split of the money at the end, on books that a seed draws. The test is the contract itself, so that it
/// can write its books.
contract MoneyTest is DeML, Fuzz {
    uint256 private constant MINERS = 12;

    constructor() DeML(_anyKey(), 1, 1, 0) {}

    /// @dev Stakes, fees and pot are everything that was paid in, to the wei, however the competition ends.
    function testFuzz_everythingIsPaidOut(uint256 seed) public {
        (uint256 deposits, uint256 buyIns) = _draw(seed);
        for (uint8 ending = 1; ending <= 2; ++ending) {
            _competitions[0].status = Status(ending);
            uint256 refunds = ending == uint8(Status.Cancelled) ? buyIns : 0;
            _equal(_claims() + _pot(_competitions[0]) + refunds, deposits, "paid out");
        }
    }

    /// @dev A cancelled competition costs its host no more than the mining pool.
    function testFuzz_cancelledFeesStayWithinTheMiningPool(uint256 seed) public {
        _draw(seed);
        Competition storage c = _competitions[0];
        c.status = Status.Cancelled;
        uint256 pool = uint256(c.prizeFund) * c.miningPoolBps / Money.BPS;
        uint256 price = _feePrice(c);
        require(c.fees * price <= pool, "fees within the pool");
        require(price <= c.fee, "no more than a fee");
        if (uint256(c.fees) * c.fee > pool) require(c.fees * (price + 1) > pool, "no less than the pool gives");
        else require(price == c.fee, "a whole fee");
    }

    function testFuzz_penaltiesStayWithinTheBond(uint96 bond, uint32 dissents) public pure {
        uint256 left = Money.stake(bond, dissents);
        require(left <= bond, "a stake within the bond");
        uint256 due = uint256(dissents) * (bond / 10);
        _equal(bond - left, due < bond ? due : bond, "penalty");
    }

    /// @dev What a booking takes is a difference of stakes, which must not be negative.
    function testFuzz_aStakeNeverGrows(uint96 bond, uint32 dissents, uint16 more) public pure {
        require(Money.stake(bond, uint256(dissents) + more) <= Money.stake(bond, dissents), "no more than before");
    }

    /// @dev Draws terms that creation would take, and books that settling could have made.
    function _draw(uint256 seed) private returns (uint256 deposits, uint256 buyIns) {
        _seed(seed);
        competitionCount = 1;
        Competition storage c = _competitions[0];
        c.prizeFund = uint96(_between(10 ** 9, type(uint96).max));
        c.miningPoolBps = uint16(_between(1, 5000));
        c.buyInBps = uint16(_between(1, 10_000));
        uint256 evaluations = _between(1, 10_000) * (_between(1, 256) + 1);
        c.fee = uint96(uint256(c.prizeFund) * c.miningPoolBps / Money.BPS / evaluations);
        VM.assume(Money.BOND_FEES * c.fee <= type(uint96).max);
        c.bond = uint96(_between(Money.BOND_FEES * c.fee, type(uint96).max));
        c.participants = uint32(_between(1, 1_000));
        buyIns = c.participants * _buyIn(c);
        deposits = c.prizeFund + buyIns + MINERS * c.bond;
        // What buy-ins and mining pool can pay, which settled rounds never exceed.
        uint256 most = c.fee == 0 ? 0 : (uint256(c.prizeFund) * c.miningPoolBps / Money.BPS + buyIns) / c.fee;
        uint256 each = most / (MINERS + 1);
        if (each > type(uint32).max) each = type(uint32).max;
        uint256 penalties;
        for (uint160 i = 1; i <= MINERS; ++i) {
            Account storage a = _accounts[0][address(i)];
            (a.payout, a.index) = (address(i), uint32(i));
            a.fees = uint32(_between(0, each));
            a.dissents = uint32(_between(0, 2) == 0 ? _between(0, 40) : 0);
            c.fees += a.fees;
            penalties += c.bond - Money.stake(c.bond, a.dissents);
        }
        Account storage settler = _accounts[0][address(0xdead)];
        settler.fees = uint32(_between(0, each));
        c.fees += settler.fees;
        c.penalties = uint128(penalties);
    }

    function _claims() private view returns (uint256 sum) {
        Competition storage c = _competitions[0];
        for (uint160 i = 1; i <= MINERS; ++i) {
            sum += _owed(c, _accounts[0][address(i)]);
        }
        sum += _owed(c, _accounts[0][address(0xdead)]);
    }

    /// @dev Minus the generator of G2: any key will do.
    function _anyKey() private pure returns (Beacons.Key memory key) {
        key.words = [
            bytes32(0x00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051),
            0xc6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8,
            0x0000000000000000000000000000000013e02b6052719f607dacd3a088274f65,
            0x596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e,
            0x000000000000000000000000000000000d1b3cc2c7027888be51d9ef691d77bc,
            0xb679afda66c73f17f9ee3837a55024f78c71363275a75d75d86bab79f74782aa,
            0x0000000000000000000000000000000013fa4d4a0ad8b1ce186ed5061789213d,
            0x993923066dddaf1040bc3ff59f825c78df74f2d75467e25e0f55f8a00fa030ed
        ];
    }
}
