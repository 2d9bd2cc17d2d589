// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IMarketEscrow} from "./interfaces/IMarketEscrow.sol";
import {Auth, Budget, BudgetLite, Money, BUDGET_OPEN, BUDGET_CLOSED, recordSpent} from "./types/Budget.sol";
import {Operator, Provider} from "./types/Parties.sol";
import {StatementReader, StatementRow} from "./types/StatementReader.sol";

/// @title The escrow; its warnings and its contract are in IMarketEscrow
contract MarketEscrow is IMarketEscrow, EIP712, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    bytes32 private constant STATEMENT_TYPE = keccak256(
        "Statement(uint256 budgetNo,uint32 fromJob,uint32 throughJob,uint256 fromSpent,uint256 fee,"
        "bytes32 receiptsRoot,bytes lines)"
    );
    bytes32 private constant COSIGN_BATCH_TYPE = keccak256("CosignBatch(bytes32 payloadHash)");

    uint8 private constant STALE = 1;
    uint8 private constant LATE = 2;
    uint8 private constant SIGNATURE = 3;
    uint8 private constant AMOUNTS = 4;
    uint8 private constant LINES = 5;
    uint8 private constant OPERATOR = 6;

    uint40 public constant CLOSE_DELAY = 24 hours;
    uint40 public constant GRACE = 24 hours;
    uint40 public constant MAX_BUDGET_LIFE = 30 days;
    uint16 public constant MAX_FEE_BPS = 1000;

    IERC20 public immutable TOKEN;

    /// @notice Token base units in one micro-token.
    uint256 public immutable UNIT;

    mapping(uint32 budgetNo => Money) private _money;
    mapping(uint32 budgetNo => Auth) private _auth;
    mapping(uint32 budgetNo => address) private _buyer;
    mapping(address buyer => uint256) public free;
    mapping(uint32 providerId => uint256) public credit;
    mapping(uint32 operatorId => uint256) public feeCredit;
    mapping(uint32 providerId => Provider) private _providers;
    mapping(uint32 operatorId => Operator) private _operators;
    mapping(address buyer => mapping(uint256 word => uint256)) private _budgetNonces;

    /// @notice Hash chain over all settled payloads: nothing can be left out of the logs unseen.
    bytes32 public acc;

    /// @notice All that is owed to anybody; moves only on deposit, withdraw and claim.
    uint256 public totalOwed;
    uint32 public budgetCount;
    uint32 public providerCount;
    uint32 public operatorCount;

    constructor(address token) EIP712("Market Escrow", "1") {
        uint8 decimals = IERC20Metadata(token).decimals();
        if (decimals < 6 || decimals > 18) revert BadDecimals(decimals);
        TOKEN = IERC20(token);
        UNIT = 10 ** (decimals - 6);
    }

    function deposit(uint256 amount) external nonReentrant {
        _deposit(msg.sender, amount);
    }

    function depositFor(address buyer, uint256 amount) external nonReentrant {
        if (buyer == address(0)) revert ZeroAddress();
        _deposit(buyer, amount);
    }

    function withdraw(uint256 amount) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        uint256 has = free[msg.sender];
        if (amount > has) revert InsufficientFree(msg.sender, amount, has);
        free[msg.sender] = has - amount;
        totalOwed -= amount;
        emit Withdrawn(msg.sender, amount);
        TOKEN.safeTransfer(msg.sender, amount * UNIT);
    }

    function openBudget(BudgetLite calldata budget) external returns (uint32 budgetNo) {
        if (msg.sender != budget.buyer) revert NotOwner(msg.sender, budget.buyer);
        if (budget.session == address(0)) revert ZeroAddress();
        if (budget.cap == 0) revert ZeroAmount();
        if (budget.maxFeeBps > MAX_FEE_BPS) revert BadFee(budget.maxFeeBps, MAX_FEE_BPS);
        if (budget.operatorId == 0 || budget.operatorId > operatorCount) revert UnknownOperator(budget.operatorId);
        if (budget.expiry <= block.timestamp || budget.expiry > block.timestamp + MAX_BUDGET_LIFE) {
            revert BadExpiry(budget.expiry, block.timestamp + 1, block.timestamp + MAX_BUDGET_LIFE);
        }
        _useNonce(budget.buyer, budget.nonce);
        uint256 has = free[budget.buyer];
        if (budget.cap > has) revert InsufficientFree(budget.buyer, budget.cap, has);

        free[budget.buyer] = has - budget.cap;
        budgetNo = ++budgetCount;
        _money[budgetNo] = Money({
            cap: budget.cap,
            spent: 0,
            expiry: budget.expiry,
            maxFeeBps: budget.maxFeeBps,
            throughJob: 0,
            state: BUDGET_OPEN
        });
        _auth[budgetNo] = Auth({session: budget.session, operatorId: budget.operatorId});
        _buyer[budgetNo] = budget.buyer;
        emit BudgetOpened(
            budgetNo,
            budget.buyer,
            budget.session,
            budget.operatorId,
            budget.cap,
            budget.expiry,
            budget.maxFeeBps,
            budget.termsHash
        );
    }

    function requestClose(uint32 budgetNo) external {
        if (msg.sender != _buyer[budgetNo]) revert NotOwner(msg.sender, _buyer[budgetNo]);
        Money storage money = _money[budgetNo];
        if (money.state != BUDGET_OPEN) revert BadBudget(budgetNo, money.state);
        uint40 sooner = uint40(block.timestamp) + CLOSE_DELAY;
        if (sooner < money.expiry) money.expiry = sooner;
        emit BudgetClosing(budgetNo, money.expiry);
    }

    function close(uint32 budgetNo) external {
        Money storage money = _money[budgetNo];
        if (money.state != BUDGET_OPEN) revert BadBudget(budgetNo, money.state);
        uint256 over = uint256(money.expiry) + GRACE;
        if (block.timestamp <= over) revert TooEarly(block.timestamp, over + 1);
        uint256 refund = money.cap - money.spent;
        money.state = BUDGET_CLOSED;
        free[_buyer[budgetNo]] += refund;
        emit BudgetClosed(budgetNo, refund);
    }

    function registerProvider(address owner, address signer, address payout, uint256 agentId)
        external
        returns (uint32 providerId)
    {
        if (owner == address(0) || signer == address(0) || payout == address(0)) revert ZeroAddress();
        providerId = ++providerCount;
        if (providerId > type(uint24).max) revert TooManyProviders(type(uint24).max);
        _providers[providerId] = Provider({owner: owner, signer: signer, payout: payout, agentId: agentId});
        emit ProviderRegistered(providerId, owner, signer, payout, agentId);
    }

    function registerOperator(address cosigner, address feeTo) external returns (uint32 operatorId) {
        if (cosigner == address(0) || feeTo == address(0)) revert ZeroAddress();
        operatorId = ++operatorCount;
        _operators[operatorId] = Operator({owner: msg.sender, cosigner: cosigner, feeTo: feeTo});
        emit OperatorRegistered(operatorId, msg.sender, cosigner, feeTo);
    }

    function settle(uint32 operatorId, bytes calldata payload, bytes calldata cosig) external nonReentrant {
        bytes32 payloadHash = keccak256(payload);
        _checkCosigner(operatorId, payloadHash, cosig);

        (uint256 offset, uint256 providers) = StatementReader.header(payload);
        uint256 paid;
        uint256 fees;
        while (offset < payload.length) {
            StatementRow memory row;
            (row, offset) = StatementReader.next(payload, offset);
            (uint8 reason, uint256 total) = _apply(operatorId, row, payload);
            if (reason != 0) {
                emit StatementSkipped(row.budgetNo, reason);
            } else {
                paid += total;
                fees += row.fee;
            }
        }

        uint256 listed = _credit(payload, providers);
        if (listed != paid) revert ProviderListIncomplete(listed, paid);
        if (fees != 0) {
            feeCredit[operatorId] += fees;
            emit FeeCredited(operatorId, fees);
        }
        acc = keccak256(abi.encode(acc, payloadHash));
        emit BatchSettled(operatorId, acc, payload);
    }

    function claim(uint32 providerId) external nonReentrant {
        uint256 amount = credit[providerId];
        if (amount == 0) revert ZeroAmount();
        address to = _providers[providerId].payout;
        credit[providerId] = 0;
        totalOwed -= amount;
        emit Claimed(providerId, to, amount);
        TOKEN.safeTransfer(to, amount * UNIT);
    }

    function claimFee(uint32 operatorId) external nonReentrant {
        uint256 amount = feeCredit[operatorId];
        if (amount == 0) revert ZeroAmount();
        address to = _operators[operatorId].feeTo;
        feeCredit[operatorId] = 0;
        totalOwed -= amount;
        emit FeeClaimed(operatorId, to, amount);
        TOKEN.safeTransfer(to, amount * UNIT);
    }

    function budgetOf(uint32 budgetNo) external view returns (Budget memory) {
        Money storage money = _money[budgetNo];
        Auth storage auth = _auth[budgetNo];
        return Budget({
            buyer: _buyer[budgetNo],
            session: auth.session,
            operatorId: auth.operatorId,
            cap: money.cap,
            spent: money.spent,
            expiry: money.expiry,
            maxFeeBps: money.maxFeeBps,
            throughJob: money.throughJob,
            state: money.state
        });
    }

    function providerOf(uint32 providerId) external view returns (Provider memory) {
        return _providers[providerId];
    }

    function operatorOf(uint32 operatorId) external view returns (Operator memory) {
        return _operators[operatorId];
    }

    function available(uint32 budgetNo) external view returns (uint256) {
        Money storage money = _money[budgetNo];
        bool isOver = money.state != BUDGET_OPEN || block.timestamp > uint256(money.expiry) + GRACE;
        return isOver ? 0 : money.cap - money.spent;
    }

    function solvent() external view returns (bool) {
        return TOKEN.balanceOf(address(this)) >= totalOwed * UNIT;
    }

    function statementDigest(
        uint32 budgetNo,
        uint32 fromJob,
        uint32 throughJob,
        uint80 fromSpent,
        uint64 fee,
        bytes32 receiptsRoot,
        bytes calldata lines
    ) external view returns (bytes32) {
        return _statementDigest(
            keccak256(
                abi.encode(
                    STATEMENT_TYPE, budgetNo, fromJob, throughJob, fromSpent, fee, receiptsRoot, keccak256(lines)
                )
            )
        );
    }

    function cosignBatchDigest(bytes32 payloadHash) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(COSIGN_BATCH_TYPE, payloadHash)));
    }

    function _deposit(address buyer, uint256 amount) private {
        if (amount == 0) revert ZeroAmount();
        if (amount % UNIT != 0) revert NotMultipleOfUnit(amount, UNIT);
        uint256 micro = amount / UNIT;
        uint256 before = TOKEN.balanceOf(address(this));
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = TOKEN.balanceOf(address(this)) - before;
        if (received != amount) revert TransferMismatch(amount, received);
        // After the transfer, for only now is it known; the guard keeps a calling token from coming back in between.
        free[buyer] += micro;
        totalOwed += micro;
        emit Deposited(buyer, msg.sender, micro);
    }

    function _useNonce(address buyer, uint256 nonce) private {
        uint256 bit = 1 << (nonce & 0xff);
        uint256 word = _budgetNonces[buyer][nonce >> 8];
        if (word & bit != 0) revert NonceUsed(buyer, nonce);
        _budgetNonces[buyer][nonce >> 8] = word | bit;
    }

    function _checkCosigner(uint32 operatorId, bytes32 payloadHash, bytes calldata cosig) private view {
        address cosigner = _operators[operatorId].cosigner;
        if (cosigner == address(0)) revert UnknownOperator(operatorId);
        if (cosig.length != 64) revert Malformed(0);
        address signer = StatementReader.recover(
            cosignBatchDigest(payloadHash), bytes32(cosig[:32]), bytes32(cosig[32:])
        );
        if (signer != cosigner) revert NotOperator(signer, cosigner);
    }

    /// @dev Applies one row or says why not; a row that is skipped has changed nothing.
    function _apply(uint32 operatorId, StatementRow memory row, bytes calldata payload)
        private
        returns (uint8 reason, uint256 total)
    {
        Money memory money = _money[row.budgetNo];
        Auth memory auth = _auth[row.budgetNo];
        if (
            money.state != BUDGET_OPEN || money.throughJob != row.fromJob || row.fromJob >= row.throughJob
                || money.spent != row.fromSpent
        ) return (STALE, 0);
        if (auth.operatorId != operatorId) return (OPERATOR, 0);
        if (block.timestamp > uint256(money.expiry) + GRACE) return (LATE, 0);
        if (StatementReader.recover(_digestOf(row, payload), row.r, row.vs) != auth.session) return (SIGNATURE, 0);

        bool isWellFormed;
        uint256[] memory paid;
        (isWellFormed, total, paid) = StatementReader.sum(payload, row.linesFrom, row.linesLength, providerCount);
        if (!isWellFormed) return (LINES, 0);
        uint256 spent = uint256(money.spent) + total + row.fee;
        if (total == 0 || spent > money.cap || uint256(row.fee) * 10_000 > total * money.maxFeeBps) return (AMOUNTS, 0);

        // spent <= cap, which has 80 bits.
        recordSpent(_money[row.budgetNo], uint80(spent), row.throughJob);
        StatementReader.accumulate(paid);
        emit StatementSettled(
            row.budgetNo,
            (uint256(row.fromJob) << 176) | (uint256(row.throughJob) << 144) | (total << 64) | row.fee,
            row.receiptsRoot
        );
    }

    /// @dev Pays out what the rows collected for each listed provider and clears it, so that a second call in the same
    /// transaction starts from nothing.
    function _credit(bytes calldata payload, uint256 providers) private returns (uint256 listed) {
        uint32 last;
        for (uint256 index = 0; index < providers; ++index) {
            uint32 providerId = StatementReader.providerAt(payload, index);
            if (providerId <= last) revert Malformed(StatementReader.providerOffset(index));
            last = providerId;
            uint256 amount = StatementReader.take(providerId);
            if (amount == 0) continue;
            listed += amount;
            credit[providerId] += amount;
            emit Credited(providerId, amount);
        }
    }

    function _digestOf(StatementRow memory row, bytes calldata payload) private view returns (bytes32) {
        return _statementDigest(
            keccak256(
                abi.encode(
                    STATEMENT_TYPE,
                    row.budgetNo,
                    row.fromJob,
                    row.throughJob,
                    row.fromSpent,
                    row.fee,
                    row.receiptsRoot,
                    keccak256(payload[row.linesFrom:row.linesFrom + row.linesLength])
                )
            )
        );
    }

    function _statementDigest(bytes32 structHash) private view returns (bytes32) {
        return _hashTypedDataV4(structHash);
    }
}
