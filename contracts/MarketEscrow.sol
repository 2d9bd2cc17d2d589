// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IERC3009} from "./interfaces/IERC3009.sol";
import {IMarketEscrow} from "./interfaces/IMarketEscrow.sol";
import {MarketRegistry} from "./MarketRegistry.sol";
import {Auth, Budget, BudgetLite, Consent, Money, MoneyFields, BUDGET_OPEN, BUDGET_TYPE} from "./types/Budget.sol";
import {spentAfter} from "./types/Budget.sol";
import {recover} from "./types/CompactSignature.sol";
import {StatementReader, StatementRow} from "./types/StatementReader.sol";
import {TicketReader, TicketRow} from "./types/TicketReader.sol";

/// @title The escrow; its warnings and its contract are in IMarketEscrow
contract MarketEscrow is IMarketEscrow, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant COSIGN_TYPE = keccak256("Cosign(bytes32 statementDigest)");
    bytes32 private constant COSIGN_BATCH_TYPE = keccak256("CosignBatch(bytes32 payloadHash)");
    bytes32 private constant COSIGN_TICKET_TYPE = keccak256("CosignTicket(bytes32 ticketDigest,uint40 fee)");
    bytes32 private constant WITHDRAW_TYPE =
        keccak256("Withdraw(address buyer,uint256 amount,uint256 nonce,uint256 deadline)");
    bytes32 private constant REQUEST_CLOSE_TYPE = keccak256("RequestClose(uint256 budgetNo)");

    // Why a row was skipped; it has changed nothing.
    uint8 private constant STALE = 1;
    uint8 private constant LATE = 2;
    uint8 private constant SIGNATURE = 3;
    uint8 private constant AMOUNTS = 4;
    uint8 private constant LINES = 5;
    uint8 private constant CONSENT = 6;

    uint40 public constant CLOSE_DELAY = 24 hours;
    uint40 public constant GRACE = 24 hours;
    uint40 public constant MAX_BUDGET_LIFE = 30 days;
    uint16 public constant MAX_FEE_BPS = 1000;

    IERC20 public immutable TOKEN;

    /// @notice Who provides and who operates: created with this contract, so that it is nobody's choice.
    MarketRegistry public immutable REGISTRY;

    /// @notice Token base units in one micro-token.
    uint256 public immutable UNIT;

    mapping(uint32 budgetNo => Money) private _money;
    mapping(uint32 budgetNo => Auth) private _auth;
    mapping(uint32 budgetNo => address) private _buyer;
    mapping(address buyer => uint256) public free;
    mapping(uint32 providerId => uint256) public credit;
    mapping(uint32 operatorId => uint256) public feeCredit;
    mapping(address buyer => mapping(uint256 word => uint256)) private _nonces;
    mapping(uint32 budgetNo => mapping(uint256 word => uint256)) private _ticketPaid;

    /// @notice Hash chain over all settled payloads and tickets: nothing can be left out of the logs unseen.
    bytes32 public acc;

    /// @notice All that is owed to anybody; moves only on deposit, withdraw and claim.
    uint256 public totalOwed;
    uint32 public budgetCount;

    constructor(address token) {
        uint8 decimals = IERC20Metadata(token).decimals();
        if (decimals < 6 || decimals > 18) revert BadDecimals(decimals);
        TOKEN = IERC20(token);
        REGISTRY = new MarketRegistry();
        UNIT = 10 ** (decimals - 6);
    }

    // Money in

    function deposit(uint256 amount) external nonReentrant {
        _pull(msg.sender, amount);
    }

    function depositFor(address buyer, uint256 amount) external nonReentrant {
        if (buyer == address(0)) revert ZeroAddress();
        _pull(buyer, amount);
    }

    function depositWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external nonReentrant {
        // Anybody who sees the permit can use it first: then the allowance is there, and only the allowance counts.
        try IERC20Permit(address(TOKEN)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        _pull(msg.sender, amount);
    }

    function depositWithAuthorization(
        address buyer,
        uint256 amount,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        uint256 before = _held();
        IERC3009(address(TOKEN)).receiveWithAuthorization(
            buyer, address(this), amount, validAfter, validBefore, nonce, v, r, s
        );
        _recordDeposit(buyer, buyer, amount, before);
    }

    // Money out

    function withdraw(uint256 amount) external nonReentrant {
        _withdraw(msg.sender, amount);
    }

    function withdrawWithSig(address buyer, uint256 amount, uint256 nonce, uint256 deadline, bytes calldata sig)
        external
        nonReentrant
    {
        if (block.timestamp > deadline) revert TooLate(block.timestamp, deadline);
        _useNonce(buyer, nonce);
        _checkSignature(buyer, keccak256(abi.encode(WITHDRAW_TYPE, buyer, amount, nonce, deadline)), sig);
        _withdraw(buyer, amount);
    }

    function claim(uint32 providerId) external nonReentrant {
        uint256 amount = credit[providerId];
        address to = REGISTRY.payoutOf(providerId);
        credit[providerId] = 0;
        emit Claimed(providerId, to, amount);
        _payOut(to, amount);
    }

    function claimFee(uint32 operatorId) external nonReentrant {
        uint256 amount = feeCredit[operatorId];
        address to = REGISTRY.feeToOf(operatorId);
        feeCredit[operatorId] = 0;
        emit FeeClaimed(operatorId, to, amount);
        _payOut(to, amount);
    }

    // Budgets

    function openBudget(BudgetLite calldata budget) external returns (uint32 budgetNo) {
        _only(budget.buyer);
        return _openBudget(budget);
    }

    function openBudgetWithSig(BudgetLite calldata budget, bytes calldata sig) external returns (uint32 budgetNo) {
        _checkSignature(budget.buyer, keccak256(abi.encode(BUDGET_TYPE, budget)), sig);
        return _openBudget(budget);
    }

    function cancelNonce(uint256 nonce) external {
        _useNonce(msg.sender, nonce);
        emit NonceCancelled(msg.sender, nonce);
    }

    function requestClose(uint32 budgetNo) external {
        _only(_buyer[budgetNo]);
        _requestClose(budgetNo);
    }

    function requestCloseWithSig(uint32 budgetNo, bytes calldata sig) external {
        _checkSignature(_buyer[budgetNo], keccak256(abi.encode(REQUEST_CLOSE_TYPE, budgetNo)), sig);
        _requestClose(budgetNo);
    }

    function close(uint32 budgetNo) external {
        Money money = _openMoney(budgetNo);
        if (!_isOver(money)) revert TooEarly(block.timestamp, money.expiry() + GRACE + 1);
        uint256 refund = money.cap() - money.spent();
        _money[budgetNo] = money.closed();
        free[_buyer[budgetNo]] += refund;
        emit BudgetClosed(budgetNo, refund);
    }

    // Settlement

    function settle(uint32 operatorId, bytes calldata payload, bytes calldata cosig) external nonReentrant {
        if (cosig.length != 64) revert Malformed(0);
        bytes32 digest = cosignBatchDigest(keccak256(payload));
        uint40 until = _until(operatorId, digest, bytes32(cosig[:32]), bytes32(cosig[32:]));
        if (until == 0) revert NotOperator(operatorId, digest);
        _settle(Consent(operatorId, until), payload, cosig);
    }

    function settleCosigned(bytes calldata payload, bytes calldata cosigs) external nonReentrant {
        _settle(Consent(0, 0), payload, cosigs);
    }

    function settleTickets(bytes calldata rows) external nonReentrant {
        if (rows.length % TicketReader.ROW != 0) revert Malformed(rows.length);
        bytes32 domain = _domain();
        uint32 providerCount = REGISTRY.providerCount();
        for (uint256 offset = 0; offset < rows.length; offset += TicketReader.ROW) {
            TicketRow memory row = TicketReader.read(rows, offset);
            uint8 reason = _applyTicket(row, domain, providerCount);
            if (reason != 0) emit TicketSkipped(row.budgetNo, row.jobNo, reason);
        }
        acc = keccak256(abi.encode(acc, keccak256(rows)));
        emit TicketsSettled(acc, rows);
    }

    // Views

    function budgetOf(uint32 budgetNo) external view returns (Budget memory) {
        Money money = _money[budgetNo];
        Auth memory auth = _auth[budgetNo];
        return Budget({
            buyer: _buyer[budgetNo],
            session: auth.session,
            operatorId: auth.operatorId,
            cap: money.cap(),
            spent: money.spent(),
            expiry: money.expiry(),
            maxFeeBps: money.maxFeeBps(),
            throughJob: money.throughJob(),
            state: money.state()
        });
    }

    function isNonceUsed(address buyer, uint256 nonce) external view returns (bool) {
        return _nonces[buyer][nonce >> 8] >> (nonce & 0xff) & 1 != 0;
    }

    function isTicketPaid(uint32 budgetNo, uint32 legNo) public view returns (bool) {
        return _ticketPaid[budgetNo][legNo >> 8] >> (legNo & 0xff) & 1 != 0;
    }

    function available(uint32 budgetNo) external view returns (uint256) {
        Money money = _money[budgetNo];
        return money.state() != BUDGET_OPEN || _isOver(money) ? 0 : money.cap() - money.spent();
    }

    function solvent() external view returns (bool) {
        return _held() >= totalOwed * UNIT;
    }

    function cosignBatchDigest(bytes32 payloadHash) public view returns (bytes32) {
        return _typed(_domain(), keccak256(abi.encode(COSIGN_BATCH_TYPE, payloadHash)));
    }

    function eip712Domain()
        external
        view
        returns (bytes1, string memory, string memory, uint256, address, bytes32, uint256[] memory)
    {
        return (0x0f, "Market Escrow", "1", block.chainid, address(this), 0, new uint256[](0));
    }

    // Inside

    /// @dev Made anew each time, so that a chain that forks off has another one.
    function _domain() private view returns (bytes32) {
        return keccak256(
            abi.encode(DOMAIN_TYPE, keccak256("Market Escrow"), keccak256("1"), block.chainid, address(this))
        );
    }

    function _held() private view returns (uint256) {
        return TOKEN.balanceOf(address(this));
    }

    function _only(address owner) private view {
        if (msg.sender != owner) revert NotOwner(msg.sender, owner);
    }

    /// @dev For owners' keys, which may be contracts (ERC-1271). Whoever sends it, it acts for the signer.
    function _checkSignature(address signer, bytes32 structHash, bytes calldata sig) private view {
        if (!SignatureChecker.isValidSignatureNowCalldata(signer, _typed(_domain(), structHash), sig)) {
            revert BadSignature(signer);
        }
    }

    function _useNonce(address buyer, uint256 nonce) private {
        uint256 bit = 1 << (nonce & 0xff);
        uint256 word = _nonces[buyer][nonce >> 8];
        if (word & bit != 0) revert NonceUsed(buyer, nonce);
        _nonces[buyer][nonce >> 8] = word | bit;
    }

    function _pull(address buyer, uint256 amount) private {
        uint256 before = _held();
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
        _recordDeposit(buyer, msg.sender, amount, before);
    }

    /// @dev After the transfer, for only now is it known; the guard keeps a calling token from coming back in between.
    function _recordDeposit(address buyer, address from, uint256 amount, uint256 before) private {
        uint256 received = _held() - before;
        if (received != amount) revert TransferMismatch(amount, received);
        uint256 micro = amount / UNIT;
        if (micro == 0) revert ZeroAmount();
        if (micro * UNIT != amount) revert NotMultipleOfUnit(amount, UNIT);
        free[buyer] += micro;
        totalOwed += micro;
        emit Deposited(buyer, from, micro);
    }

    function _withdraw(address buyer, uint256 amount) private {
        _takeFree(buyer, amount);
        emit Withdrawn(buyer, amount);
        _payOut(buyer, amount);
    }

    function _takeFree(address buyer, uint256 amount) private {
        uint256 has = free[buyer];
        if (amount > has) revert InsufficientFree(buyer, amount, has);
        free[buyer] = has - amount;
    }

    /// @dev The last step of every exit: nothing is read or written after the tokens have left.
    function _payOut(address to, uint256 amount) private {
        if (amount == 0) revert ZeroAmount();
        totalOwed -= amount;
        TOKEN.safeTransfer(to, amount * UNIT);
    }

    function _openBudget(BudgetLite calldata budget) private returns (uint32 budgetNo) {
        if (budget.session == address(0)) revert ZeroAddress();
        if (budget.cap == 0) revert ZeroAmount();
        if (budget.maxFeeBps > MAX_FEE_BPS) revert BadFee(budget.maxFeeBps, MAX_FEE_BPS);
        if (REGISTRY.feeToOf(budget.operatorId) == address(0)) revert UnknownOperator(budget.operatorId);
        if (budget.expiry <= block.timestamp || budget.expiry > block.timestamp + MAX_BUDGET_LIFE) {
            revert BadExpiry(budget.expiry, block.timestamp + 1, block.timestamp + MAX_BUDGET_LIFE);
        }
        _useNonce(budget.buyer, budget.nonce);
        _takeFree(budget.buyer, budget.cap);

        budgetNo = ++budgetCount;
        _money[budgetNo] = MoneyFields.opened(budget.cap, budget.expiry, budget.maxFeeBps);
        _auth[budgetNo] = Auth(budget.session, budget.operatorId, uint40(block.timestamp));
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

    /// @dev Only ever nearer: nothing pushes a budget's end out.
    function _requestClose(uint32 budgetNo) private {
        Money money = _openMoney(budgetNo);
        uint40 sooner = uint40(block.timestamp) + CLOSE_DELAY;
        if (sooner < money.expiry()) _money[budgetNo] = money = money.withExpiry(sooner);
        emit BudgetClosing(budgetNo, uint40(money.expiry()));
    }

    function _openMoney(uint32 budgetNo) private view returns (Money money) {
        money = _money[budgetNo];
        if (money.state() != BUDGET_OPEN) revert BadBudget(budgetNo, money.state());
    }

    /// @dev Applies the rows that can be. An operator of 0 stands for rows co-signed one by one: each then brings its
    /// own operator.
    function _settle(Consent memory whole, bytes calldata payload, bytes calldata cosigs) private {
        (uint256 offset, uint256 providers) = StatementReader.header(payload);
        bytes32 domain = _domain();
        uint32 providerCount = REGISTRY.providerCount();
        uint256 paid;
        uint256 fees;
        for (uint256 index = 0; offset < payload.length; ++index) {
            StatementRow memory row;
            (row, offset) = StatementReader.next(payload, offset);
            bytes32 digest = _typed(domain, StatementReader.structHash(row));
            Auth memory auth = _auth[row.budgetNo];
            uint40 until = whole.operatorId == 0
                ? _cosigned(auth.operatorId, _typed(domain, keccak256(abi.encode(COSIGN_TYPE, digest))), cosigs, index)
                : (whole.operatorId == auth.operatorId ? whole.until : 0);
            (uint8 reason, uint256 total) = auth.openedAt > until
                ? (CONSENT, 0)
                : _apply(row, payload, digest, auth.session, providerCount);
            if (reason != 0) {
                emit StatementSkipped(row.budgetNo, reason);
                continue;
            }
            paid += total;
            fees += row.fee;
            if (whole.operatorId == 0) fees = _creditFee(auth.operatorId, fees);
        }

        _creditFee(whole.operatorId, fees);
        uint256 listed = _credit(payload, providers);
        if (listed != paid) revert ProviderListIncomplete(listed, paid);
        acc = keccak256(abi.encode(acc, keccak256(payload)));
        emit BatchSettled(whole.operatorId, acc, payload);
    }

    function _cosigned(uint32 operatorId, bytes32 digest, bytes calldata cosigs, uint256 index)
        private
        view
        returns (uint40)
    {
        uint256 from = 64 * index;
        if (cosigs.length < from + 64) revert Malformed(cosigs.length);
        return _until(operatorId, digest, bytes32(cosigs[from:from + 32]), bytes32(cosigs[from + 32:from + 64]));
    }

    /// @dev Whoever signed the digest is its operator's consent for budgets opened until this time; 0 for none.
    function _until(uint32 operatorId, bytes32 digest, bytes32 r, bytes32 vs) private view returns (uint40) {
        return REGISTRY.cosignsUntil(operatorId, recover(digest, r, vs));
    }

    /// @dev Applies one row or says why not; a row that is skipped has changed nothing.
    function _apply(
        StatementRow memory row, bytes calldata payload, bytes32 digest, address session, uint32 providerCount
    ) private returns (uint8 reason, uint256 total) {
        Money money = _money[row.budgetNo];
        if (
            money.state() != BUDGET_OPEN || money.throughJob() != row.fromJob || row.fromJob >= row.throughJob
                || money.spent() != row.fromSpent
        ) return (STALE, 0);
        if (_isOver(money)) return (LATE, 0);
        if (recover(digest, row.r, row.vs) != session) return (SIGNATURE, 0);
        bool isWellFormed;
        uint256[] memory paid;
        (isWellFormed, total, paid) = StatementReader.sum(payload, row.linesFrom, row.linesLength, providerCount);
        if (!isWellFormed) return (LINES, 0);
        if (!_spend(row.budgetNo, money, total, row.fee, row.throughJob)) return (AMOUNTS, 0);
        StatementReader.accumulate(paid);
        emit StatementSettled(
            row.budgetNo,
            (uint256(row.fromJob) << 176) | (uint256(row.throughJob) << 144) | (total << 64) | row.fee,
            row.receiptsRoot
        );
    }

    function _applyTicket(TicketRow memory row, bytes32 domain, uint32 providerCount) private returns (uint8 reason) {
        Money money = _money[row.budgetNo];
        Auth memory auth = _auth[row.budgetNo];
        if (money.state() != BUDGET_OPEN || row.jobNo < money.throughJob() || isTicketPaid(row.budgetNo, row.legNo)) {
            return STALE;
        }
        if (_isOver(money)) return LATE;
        bytes32 digest = _typed(domain, TicketReader.structHash(row));
        if (recover(digest, row.r, row.vs) != auth.session) return SIGNATURE;
        digest = _typed(domain, keccak256(abi.encode(COSIGN_TICKET_TYPE, digest, row.fee)));
        if (auth.openedAt > _until(auth.operatorId, digest, row.cosignR, row.cosignVs)) return CONSENT;
        if (row.providerId == 0 || row.providerId > providerCount) return LINES;
        if (row.fee > row.maxFee) return AMOUNTS;
        if (!_spend(row.budgetNo, money, row.amount, row.fee, money.throughJob())) return AMOUNTS;

        _ticketPaid[row.budgetNo][row.legNo >> 8] |= 1 << (row.legNo & 0xff);
        credit[row.providerId] += row.amount;
        if (row.fee != 0) feeCredit[auth.operatorId] += row.fee;
        emit TicketSettled(
            row.budgetNo, row.jobNo, row.providerId, auth.operatorId, row.assignmentId, row.amount, row.fee
        );
    }

    function _isOver(Money money) private view returns (bool) {
        return block.timestamp > money.expiry() + GRACE;
    }

    /// @dev The only way that money leaves a budget before its end. False, and nothing changed, if it may not.
    function _spend(uint32 budgetNo, Money money, uint256 amount, uint256 fee, uint256 throughJob)
        private
        returns (bool)
    {
        uint256 spent = spentAfter(money.cap(), money.spent(), money.maxFeeBps(), amount, fee);
        if (spent == 0) return false;
        _money[budgetNo] = money.withSpent(spent, throughJob);
        return true;
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

    /// @return left nothing, for the sum that was credited
    function _creditFee(uint32 operatorId, uint256 amount) private returns (uint256 left) {
        if (amount == 0) return 0;
        feeCredit[operatorId] += amount;
        emit FeeCredited(operatorId, amount);
    }

    function _typed(bytes32 domain, bytes32 structHash) private pure returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(domain, structHash);
    }
}
