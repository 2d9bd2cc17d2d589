// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../contracts/interfaces/IMarketEscrow.sol";
import {Budget, BudgetLite, Money} from "../../contracts/types/Budget.sol";
import {StatementRow} from "../../contracts/types/StatementReader.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {LogReader} from "./support/LogReader.sol";
import {PayloadWriter, Row} from "./support/PayloadWriter.sol";
import {ReaderHarness} from "./support/ReaderHarness.sol";
import {Signatures} from "./support/Signatures.sol";
import {Vm, vm} from "./support/Vm.sol";

contract EscrowFuzzTest is EscrowFixture {
    using LogReader for Vm.Log[];

    ReaderHarness private reader;

    function setUp() public override {
        super.setUp();
        reader = new ReaderHarness();
    }

    function testFuzz_What_is_written_is_what_is_read(
        uint32[3] memory numbers,
        uint80 fromSpent,
        uint64 fee,
        bytes32[4] memory words,
        bytes memory lines,
        uint24[] memory providers
    ) public view {
        Row memory row = Row({
            budgetNo: numbers[0],
            fromJob: numbers[1],
            throughJob: numbers[2],
            fromSpent: fromSpent,
            fee: fee,
            receiptsRoot: words[0],
            lines: lines,
            r: words[1],
            vs: words[2]
        });
        uint256[] memory ids = new uint256[](providers.length);
        for (uint256 index = 0; index < ids.length; ++index) ids[index] = providers[index];
        bytes memory packed = PayloadWriter.pack(row);
        bytes memory payload = PayloadWriter.payload(words[3], ids, bytes.concat(packed, packed));

        (uint256 offset, uint256 count) = reader.header(payload);
        equal(count, ids.length, "providers");
        for (uint256 index = 0; index < ids.length; ++index) {
            equal(reader.providerAt(payload, index), ids[index], "provider");
        }
        for (uint256 turn = 0; turn < 2; ++turn) {
            StatementRow memory read;
            (read, offset) = reader.next(payload, offset);
            isSame(read, row);
            equal(read.linesFrom + read.linesLength, offset, "lines end the row");
        }
        equal(offset, payload.length, "nothing is left over");
    }

    /// @dev Lines that arrive as bare bytes: the reader agrees with a plain walk over them, and never reverts.
    function testFuzz_Any_bytes_are_lines_or_are_not(bytes memory lines, uint32 providerCount) public view {
        (bool isWellFormed, uint256 total) = reader.sum(lines, providerCount);

        (bool isExpected, uint256 expected) = walk(lines, providerCount);
        isTrue(isWellFormed == isExpected, "well formed");
        equal(total, expected, "total");
    }

    function testFuzz_Lines_add_up_for_each_provider(uint40[] memory amounts, uint256 seed) public {
        vm.assume(amounts.length <= 60);
        (bytes memory lines, uint256[] memory expected, uint256 total) = grouped(amounts, seed);

        (bool isWellFormed, uint256 sum) = reader.sum(lines, 5);
        isTrue(isWellFormed, "well formed");
        equal(sum, total, "total");
        uint256[] memory collected = reader.collect(lines, 5);
        for (uint256 id = 0; id <= 5; ++id) equal(collected[id], expected[id], "one provider's");
    }

    /// @dev The rule of the amounts, in full width: a statement applies if and only if it keeps all three bounds.
    function testFuzz_Cap_and_fee_bind_exactly(uint80 cap, uint16 bps, uint40[3] memory amounts, uint64 fee, uint8 mode)
        public
    {
        cap = uint80(within(cap, 1, uint256(1) << (8 + mode % 72)));
        fund(BUYER, cap);
        BudgetLite memory wanted = budgetWith(cap);
        wanted.maxFeeBps = uint16(within(bps, 0, 1000));
        uint32 budgetNo = open(wanted);
        uint256 total = uint256(amounts[0] = small(amounts[0], mode)) + (amounts[1] = small(amounts[1], mode))
            + (amounts[2] = small(amounts[2], mode));
        // Half of the runs stand at the bound of the fee or just beside it, where a wrong comparison would show.
        if (mode % 2 == 0) fee = uint64(total * wanted.maxFeeBps / 10_000 + fee % 3);
        bool isPayable = total > 0 && total + fee <= cap && uint256(fee) * 10_000 <= total * wanted.maxFeeBps;
        bytes memory lines = bytes.concat(
            PayloadWriter.group(1, amounts[0]), PayloadWriter.group(2, amounts[1]), PayloadWriter.group(3, amounts[2])
        );

        settle(PayloadWriter.payload(ANCHOR, list(1, 2, 3), PayloadWriter.pack(signed(rowOf(budgetNo, fee, lines)))));

        Budget memory budget = escrow.budgetOf(budgetNo);
        equal(budget.spent, isPayable ? total + fee : 0, "spent");
        equal(budget.throughJob, isPayable ? 1 : 0, "through");
        equal(escrow.credit(1) + escrow.credit(2) + escrow.credit(3), isPayable ? total : 0, "credit");
        equal(escrow.feeCredit(OPERATOR), isPayable ? fee : 0, "fee");
    }

    /// @dev The slot is written as one word: each field in its full width, and none that is not the statement's.
    function testFuzz_Recording_a_payment_changes_its_two_fields_alone(uint256 word, uint80 spent, uint32 job)
        public
        view
    {
        uint256[6] memory fields = fieldsOf(word);
        (fields[1], fields[4]) = (spent, job);

        isMoney(reader.withSpent(Money.wrap(word), spent, job), word, fields);
    }

    function testFuzz_Bringing_the_end_near_changes_the_expiry_alone(uint256 word, uint40 expiry) public view {
        uint256[6] memory fields = fieldsOf(word);
        fields[2] = expiry;

        isMoney(reader.withExpiry(Money.wrap(word), expiry), word, fields);
    }

    function testFuzz_Closing_changes_the_state_alone(uint256 word) public view {
        uint256[6] memory fields = fieldsOf(word);
        fields[5] = 2;

        isMoney(reader.closed(Money.wrap(word)), word, fields);
    }

    function testFuzz_No_bit_of_a_signed_statement_can_be_changed(uint256 seed) public {
        uint32 budgetNo = openWith(1_000_000);
        bytes memory lines = bytes.concat(PayloadWriter.group(1, 500), PayloadWriter.group(1, 9));
        bytes memory payload = payloadOf(1, signed(rowOf(budgetNo, 7, lines)));
        uint256 row = 37;
        uint256 bit = within(seed, row * 8, payload.length * 8 - 1);
        payload[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        bytes memory cosig = cosigned(payload);

        // The length of the lines may break the envelope; everything else must be skipped.
        (bool isAccepted,) = address(escrow).call(abi.encodeCall(IMarketEscrow.settle, (OPERATOR, payload, cosig)));

        isTrue(isAccepted || (bit / 8 >= row + 30 && bit / 8 < row + 33), "only the length can break the envelope");
        equal(escrow.budgetOf(budgetNo).spent, 0, "spent");
        equal(escrow.credit(1), 0, "credit");
    }

    function testFuzz_A_compact_signature_recovers_its_signer(uint256 key, bytes32 digest) public view {
        key = within(key, 1, Signatures.HALF_ORDER);
        (bytes32 r, bytes32 vs) = Signatures.compact(key, digest);

        equal(reader.recover(digest, r, vs), vm.addr(key), "signer");
        isTrue(reader.recover(digest, r, vs ^ bytes32(uint256(1) << 255)) != vm.addr(key), "the other parity");
        equal(reader.recover(digest, 0, vs), address(0), "no r");
        equal(reader.recover(digest, r, bytes32(uint256(vs) & (1 << 255))), address(0), "no s");
    }

    function testFuzz_An_s_in_the_upper_half_recovers_nobody(bytes32 digest, uint256 above, bool isOdd) public view {
        uint256 s = within(above, Signatures.HALF_ORDER + 1, type(uint256).max >> 1);
        (bytes32 r,) = Signatures.compact(SESSION_KEY, digest);
        isTrue(ecrecover(digest, isOdd ? 28 : 27, r, bytes32(s)) != address(0), "the precompile itself takes it");

        equal(reader.recover(digest, r, bytes32(s | (isOdd ? uint256(1) << 255 : 0))), address(0), "nobody");
    }

    /// @dev By the layout of the design: cap 80 | spent 80 | expiry 40 | maxFeeBps 16 | throughJob 32 | state 8.
    function fieldsOf(uint256 word) private pure returns (uint256[6] memory fields) {
        uint8[6] memory widths = [80, 80, 40, 16, 32, 8];
        for (uint256 index = 0; index < 6; ++index) {
            fields[index] = word % (1 << widths[index]);
            word >>= widths[index];
        }
    }

    /// @dev The getters say so too.
    function isMoney(Money money, uint256 before, uint256[6] memory fields) private pure {
        uint256[6] memory read = fieldsOf(Money.unwrap(money));
        for (uint256 index = 0; index < 6; ++index) equal(read[index], fields[index], "field");
        read = [money.cap(), money.spent(), money.expiry(), money.maxFeeBps(), money.throughJob(), money.state()];
        for (uint256 index = 0; index < 6; ++index) equal(read[index], fields[index], "field as read");
        equal(money.cap(), before % (1 << 80), "nothing changes the cap");
    }

    function small(uint40 amount, uint8 mode) private pure returns (uint40) {
        return uint40(amount % (uint256(1) << (6 + mode % 35)));
    }

    function grouped(uint40[] memory amounts, uint256 seed)
        private
        pure
        returns (bytes memory lines, uint256[] memory expected, uint256 total)
    {
        expected = new uint256[](6);
        for (uint256 index = 0; index < amounts.length; ++index) {
            uint256 id = 1 + uint256(keccak256(abi.encode(seed, index))) % 5;
            lines = bytes.concat(lines, PayloadWriter.group(id, amounts[index]));
            expected[id] += amounts[index];
            total += amounts[index];
        }
    }

    /// @dev The design's definition of lines, byte by byte.
    function walk(bytes memory lines, uint32 providerCount) private pure returns (bool, uint256 total) {
        uint256 at;
        while (at < lines.length) {
            if (lines.length - at < 4) return (false, 0);
            uint256 id = uint24(bytes3(bytes.concat(lines[at], lines[at + 1], lines[at + 2])));
            uint256 jobs = uint8(lines[at + 3]);
            if (id == 0 || id > providerCount || jobs == 0 || lines.length - at - 4 < 5 * jobs) return (false, 0);
            for (uint256 index = at + 4; index < at + 4 + 5 * jobs; ++index) {
                total += uint256(uint8(lines[index])) << (8 * (4 - (index - at - 4) % 5));
            }
            at += 4 + 5 * jobs;
        }
        return (true, total);
    }

    function isSame(StatementRow memory read, Row memory row) private pure {
        equal(read.budgetNo, row.budgetNo, "budget");
        equal(read.fromJob, row.fromJob, "from");
        equal(read.throughJob, row.throughJob, "through");
        equal(read.fromSpent, row.fromSpent, "from spent");
        equal(read.fee, row.fee, "fee");
        equal(read.r, row.r, "r");
        equal(read.vs, row.vs, "vs");
        equal(read.receiptsRoot, row.receiptsRoot, "receipts");
        equal(read.linesLength, row.lines.length, "length");
    }
}
