// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Checks} from "./support/Checks.sol";
import {PayloadWriter} from "./support/PayloadWriter.sol";
import {ReaderHarness} from "./support/ReaderHarness.sol";

/// @notice The reader adds six amounts at a time in lanes of 40 bits: held against plain sums, at every boundary.
contract LinesTest is Checks {
    ReaderHarness private reader;

    function setUp() public {
        reader = new ReaderHarness();
    }

    /// @dev Every length from one amount to 255, each amount as large as it gets: a carry into a neighbour would show.
    function test_Groups_of_every_length_of_the_largest_amounts_add_up() public {
        for (uint256 jobs = 1; jobs <= 255; ++jobs) {
            uint256[] memory amounts = new uint256[](jobs);
            for (uint256 index = 0; index < jobs; ++index) amounts[index] = type(uint40).max;
            adds(amounts, jobs * type(uint40).max);
        }
    }

    /// @dev One amount among zeros, at each place of the lengths around the six: each place counts, once, as itself.
    function test_Each_place_counts_once_around_the_boundaries_of_six() public {
        uint8[9] memory lengths = [1, 2, 5, 6, 7, 11, 12, 13, 19];
        for (uint256 turn = 0; turn < lengths.length; ++turn) {
            for (uint256 place = 0; place < lengths[turn]; ++place) {
                uint256[] memory amounts = new uint256[](lengths[turn]);
                amounts[place] = 0x0123456789;
                adds(amounts, 0x0123456789);
            }
        }
    }

    function testFuzz_A_group_of_any_length_adds_up(uint8 length, uint256 seed, uint8 width) public {
        uint256[] memory amounts = new uint256[](within(length, 1, 255));
        uint256 total;
        for (uint256 index = 0; index < amounts.length; ++index) {
            amounts[index] = uint256(keccak256(abi.encode(seed, index))) % (uint256(1) << (1 + width % 40));
            total += amounts[index];
        }

        adds(amounts, total);
    }

    /// @dev What stands behind a group is the next group and not this one's amount.
    function testFuzz_Groups_that_follow_each_other_do_not_run_into_each_other(uint8[4] memory lengths, uint256 seed)
        public
    {
        bytes memory lines;
        uint256[] memory expected = new uint256[](4);
        for (uint256 turn = 0; turn < 4; ++turn) {
            uint256[] memory amounts = new uint256[](within(lengths[turn], 1, 20));
            uint256 id = 1 + (seed >> (8 * turn)) % 3;
            for (uint256 index = 0; index < amounts.length; ++index) {
                amounts[index] = uint40(uint256(keccak256(abi.encode(seed, turn, index))));
                expected[id] += amounts[index];
            }
            lines = bytes.concat(lines, PayloadWriter.group(id, amounts));
        }

        isSum(lines, 3, expected);
    }

    function test_Lines_without_a_group_are_well_formed_and_pay_nothing() public {
        isSum("", 3, new uint256[](4));
        isSum("", 0, new uint256[](1));
    }

    function test_Nobody_and_an_unknown_provider_are_no_payees() public view {
        isMalformed(PayloadWriter.group(0, 5), 3);
        isMalformed(PayloadWriter.group(4, 5), 3);
        isMalformed(PayloadWriter.group(type(uint24).max, 5), type(uint24).max - 1);
        isMalformed(PayloadWriter.group(1, 5), 0);
        isMalformed(bytes.concat(PayloadWriter.group(1, 5), PayloadWriter.group(0, 5)), 3);
        isMalformed(bytes.concat(PayloadWriter.group(0, 5), PayloadWriter.group(1, 5)), 3);

        (bool isWellFormed, uint256 total) = reader.sum(PayloadWriter.group(3, 5), 3);
        isTrue(isWellFormed, "the last one is known");
        equal(total, 5, "total");
        (isWellFormed, total) = reader.sum(PayloadWriter.group(type(uint24).max, 5), type(uint24).max);
        isTrue(isWellFormed && total == 5, "the highest number that a line can name");
    }

    function test_A_group_longer_than_its_lines_or_without_jobs_is_malformed() public view {
        bytes memory group = PayloadWriter.group(1, new uint256[](7));
        for (uint256 length = 1; length < group.length; ++length) isMalformed(cut(group, length), 3);
        isMalformed(hex"00000100", 3);
        isMalformed(bytes.concat(PayloadWriter.group(1, 5), hex"00000100"), 3);
        for (uint256 length = 1; length < 4; ++length) {
            isMalformed(bytes.concat(PayloadWriter.group(1, 5), cut(hex"00000101", length)), 3);
        }
        // A head that promises 255 jobs, and lines that end right behind it.
        isMalformed(hex"000001ff", 3);
    }

    function adds(uint256[] memory amounts, uint256 total) private {
        uint256[] memory expected = new uint256[](4);
        expected[2] = total;
        isSum(PayloadWriter.group(2, amounts), 3, expected);
    }

    function isSum(bytes memory lines, uint32 providers, uint256[] memory expected) private {
        (bool isWellFormed, uint256 total) = reader.sum(lines, providers);
        isTrue(isWellFormed, "well formed");
        uint256[] memory collected = reader.collect(lines, providers);
        uint256 sum;
        for (uint256 id = 0; id <= providers; ++id) {
            equal(collected[id], expected[id], "one provider's");
            sum += expected[id];
        }
        equal(total, sum, "total");
    }

    function isMalformed(bytes memory lines, uint32 providers) private view {
        (bool isWellFormed,) = reader.sum(lines, providers);
        isTrue(!isWellFormed, "malformed");
    }

    function cut(bytes memory whole, uint256 length) private pure returns (bytes memory part) {
        part = bytes.concat(whole);
        assembly ("memory-safe") {
            mstore(part, length)
        }
    }
}
