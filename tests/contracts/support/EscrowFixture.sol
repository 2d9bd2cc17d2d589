// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../../contracts/interfaces/IMarketEscrow.sol";
import {IMarketRegistry} from "../../../contracts/interfaces/IMarketRegistry.sol";
import {Budget, BudgetLite} from "../../../contracts/types/Budget.sol";
import {Checks} from "./Checks.sol";
import {IEscrow, IToken} from "./IEscrow.sol";
import {PayloadWriter, Row} from "./PayloadWriter.sol";
import {Signatures} from "./Signatures.sol";
import {Ticket} from "./TicketWriter.sol";
import {vm} from "./Vm.sol";

/// @notice One escrow with a token of six decimals, one operator, three providers and a buyer with 1000 tokens free.
abstract contract EscrowFixture is Checks {
    uint256 internal constant SESSION_KEY = 0x5E551;
    uint256 internal constant COSIGN_KEY = 0xC0516;
    uint256 internal constant FOREIGN_KEY = 0xF0E16;
    uint32 internal constant OPERATOR = 1;
    uint256 internal constant FUNDS = 1_000_000_000;
    bytes32 internal constant ANCHOR = keccak256("anchor");
    bytes32 internal constant TERMS = keccak256("terms");
    bytes32 internal constant RECEIPTS = keccak256("receipts");

    address internal constant BUYER = address(0xB0E5);
    address internal constant STRANGER = address(0x57A6);
    address internal constant FEE_TO = address(0xFEE);

    IToken internal token;
    IEscrow internal escrow;
    IMarketRegistry internal registry;
    uint256 private nonces;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        token = IToken(createToken());
        escrow = IEscrow(deploy("MarketEscrow", abi.encode(token)));
        registry = escrow.REGISTRY();
        registry.registerOperator(vm.addr(COSIGN_KEY), FEE_TO);
        for (uint160 id = 1; id <= 3; ++id) {
            registry.registerProvider(address(0xA000 + id), address(0xB000 + id), payoutOf(id), id);
        }
        fund(BUYER, FUNDS);
    }

    function createToken() internal virtual returns (address) {
        return deploy("MarketToken", "");
    }

    function deploy(string memory name, bytes memory arguments) internal returns (address created) {
        bytes memory code = bytes.concat(vm.getCode(name), arguments);
        assembly ("memory-safe") {
            created := create(0, add(code, 32), mload(code))
        }
        isTrue(created != address(0), name);
    }

    /// @dev That the creation is refused, and how; the runner's expectRevert does not see one from assembly.
    function isNotCreated(string memory name, bytes memory arguments, bytes memory refusal) internal {
        bytes memory code = bytes.concat(vm.getCode(name), arguments);
        bytes memory answer = new bytes(refusal.length);
        address created;
        uint256 length;
        assembly ("memory-safe") {
            created := create(0, add(code, 32), mload(code))
            length := returndatasize()
            returndatacopy(add(answer, 32), 0, mul(eq(length, mload(answer)), length))
        }
        equal(created, address(0), "nothing is created");
        equal(length, refusal.length, "length of the refusal");
        equalBytes(answer, refusal, "refusal");
    }

    /// @dev Mints and deposits, so that `amount` is free.
    function fund(address buyer, uint256 amount) internal {
        token.mint(buyer, amount);
        vm.prank(buyer);
        token.approve(address(escrow), amount);
        vm.prank(buyer);
        escrow.deposit(amount);
    }

    function payoutOf(uint256 providerId) internal pure returns (address) {
        return address(uint160(0xC000 + providerId));
    }

    function budgetWith(uint256 cap) internal returns (BudgetLite memory) {
        return BudgetLite({
            buyer: BUYER,
            session: vm.addr(SESSION_KEY),
            operatorId: OPERATOR,
            cap: uint80(cap),
            expiry: uint40(block.timestamp + 7 days),
            maxFeeBps: 1000,
            termsHash: TERMS,
            nonce: nonces++
        });
    }

    function open(BudgetLite memory budget) internal returns (uint32) {
        vm.prank(budget.buyer);
        return escrow.openBudget(budget);
    }

    function openWith(uint256 cap) internal returns (uint32) {
        return open(budgetWith(cap));
    }

    /// @dev The budget's next statement over one job, not signed yet.
    function rowOf(uint32 budgetNo, uint256 fee, bytes memory lines) internal view returns (Row memory row) {
        Budget memory budget = escrow.budgetOf(budgetNo);
        row.budgetNo = budgetNo;
        row.fromJob = budget.throughJob;
        row.throughJob = uint256(budget.throughJob) + 1;
        row.fromSpent = budget.spent;
        row.fee = fee;
        row.receiptsRoot = RECEIPTS;
        row.lines = lines;
    }

    function signed(Row memory row) internal view returns (Row memory) {
        return signedBy(SESSION_KEY, row);
    }

    function signedBy(uint256 key, Row memory row) internal view returns (Row memory) {
        (row.r, row.vs) = Signatures.compact(key, Signatures.statement(domain(), row));
        return row;
    }

    /// @dev The co-signature of one statement alone.
    function rowCosignedBy(uint256 key, Row memory row) internal view returns (bytes memory) {
        return compactBy(key, Signatures.cosign(domain(), Signatures.statement(domain(), row)));
    }

    /// @dev A ticket of the budget for provider 1, not signed yet; its leg got its number with this very ticket.
    function ticketOf(uint32 budgetNo, uint256 jobNo, uint256 amount, uint256 fee)
        internal
        view
        returns (Ticket memory ticket)
    {
        (ticket.budgetNo, ticket.jobNo, ticket.legNo, ticket.providerId) = (budgetNo, jobNo, jobNo, 1);
        (ticket.amount, ticket.maxFee, ticket.fee, ticket.deliveredAt) = (amount, fee, fee, block.timestamp);
        ticket.assignmentId = keccak256(abi.encode("assignment", budgetNo, jobNo));
        (ticket.inputHash, ticket.resultDigest) = (keccak256("input"), keccak256("result"));
    }

    function signed(Ticket memory ticket) internal view returns (Ticket memory) {
        return signedBy(SESSION_KEY, COSIGN_KEY, ticket);
    }

    function signedBy(uint256 sessionKey, uint256 cosignKey, Ticket memory ticket)
        internal
        view
        returns (Ticket memory)
    {
        bytes32 digest = Signatures.jobTicket(domain(), ticket);
        (ticket.r, ticket.vs) = Signatures.compact(sessionKey, digest);
        (ticket.cosignR, ticket.cosignVs) =
            Signatures.compact(cosignKey, Signatures.cosignTicket(domain(), digest, ticket.fee));
        return ticket;
    }

    function payloadOf(uint256 providerId, Row memory row) internal pure returns (bytes memory) {
        return PayloadWriter.payload(ANCHOR, list(providerId), PayloadWriter.pack(row));
    }

    function cosigned(bytes memory payload) internal view returns (bytes memory) {
        return cosignedBy(COSIGN_KEY, payload);
    }

    function cosignedBy(uint256 key, bytes memory payload) internal view returns (bytes memory) {
        return compactBy(key, Signatures.cosignBatch(domain(), payload));
    }

    function compactBy(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (bytes32 r, bytes32 vs) = Signatures.compact(key, digest);
        return bytes.concat(r, vs);
    }

    function domain() internal view returns (bytes32) {
        return Signatures.domain(address(escrow));
    }

    function settle(bytes memory payload) internal {
        bytes memory cosig = cosigned(payload);
        vm.prank(STRANGER);
        escrow.settle(OPERATOR, payload, cosig);
    }

    function expectRefusal(bytes memory payload, bytes memory refusal) internal {
        bytes memory cosig = cosigned(payload);
        vm.expectRevert(refusal);
        escrow.settle(OPERATOR, payload, cosig);
    }

    function list(uint256 a) internal pure returns (uint256[] memory ids) {
        ids = new uint256[](1);
        ids[0] = a;
    }

    function list(uint256 a, uint256 b) internal pure returns (uint256[] memory ids) {
        ids = new uint256[](2);
        (ids[0], ids[1]) = (a, b);
    }

    function list(uint256 a, uint256 b, uint256 c) internal pure returns (uint256[] memory ids) {
        ids = new uint256[](3);
        (ids[0], ids[1], ids[2]) = (a, b, c);
    }
}
