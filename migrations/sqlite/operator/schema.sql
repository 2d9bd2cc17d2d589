-- What the migrations beside this file add up to. It is compared, never applied; to write it again:
-- MKT_WRITE_SCHEMA=1 dotnet test tests/Marketplace.ScenarioTests --filter SchemaTests

CREATE TABLE assignment (
    assignment_id BLOB PRIMARY KEY,
    job_id INTEGER NOT NULL REFERENCES job (job_id),
    leg_no INTEGER NOT NULL,
    provider_id INTEGER NOT NULL,
    signer BLOB NOT NULL,
    price INTEGER NOT NULL,
    status INTEGER NOT NULL CHECK (status BETWEEN 1 AND 6),
    commit_by INTEGER NOT NULL,
    reveal_by INTEGER NOT NULL,
    is_reveal_asked INTEGER NOT NULL CHECK (is_reveal_asked IN (0, 1)),
    is_requests_fault INTEGER NOT NULL CHECK (is_requests_fault IN (0, 1)),
    commitment BLOB,
    commit_signature BLOB,
    result_json TEXT,
    result_signature BLOB,
    canonical BLOB,
    result_digest BLOB,
    UNIQUE (job_id, leg_no)
) STRICT;

CREATE TABLE batch (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    payload BLOB NOT NULL,
    cosignature BLOB NOT NULL,
    gas_used INTEGER
, book_count INTEGER NOT NULL DEFAULT 0 CHECK (book_count >= 0), book_root BLOB NOT NULL DEFAULT (zeroblob(32)) CHECK (length(book_root) = 32)) STRICT;

CREATE TABLE bid (
    budget_no INTEGER NOT NULL,
    client_order_id TEXT NOT NULL,
    replicas INTEGER NOT NULL CHECK (replicas BETWEEN 1 AND 16),
    quorum INTEGER NOT NULL CHECK (quorum BETWEEN 1 AND replicas),
    is_streamed INTEGER NOT NULL CHECK (is_streamed IN (0, 1)),
    request BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (budget_no, client_order_id)
) STRICT;

CREATE TABLE book_cursor (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL
) STRICT;

CREATE TABLE deposited_request (
    budget_no INTEGER NOT NULL,
    input_hash BLOB NOT NULL CHECK (length(input_hash) = 32),
    model TEXT NOT NULL,
    request BLOB NOT NULL,
    used_at INTEGER NOT NULL,
    PRIMARY KEY (budget_no, input_hash)
) STRICT;

CREATE INDEX deposited_request_by_use ON deposited_request (used_at);

CREATE TABLE eth_attempt (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tx_id INTEGER NOT NULL REFERENCES eth_tx (id),
    hash BLOB NOT NULL UNIQUE,
    raw BLOB NOT NULL,
    max_fee TEXT NOT NULL,
    tip TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('in_progress', 'broadcast')),
    first_head INTEGER NOT NULL
) STRICT;

CREATE INDEX eth_attempt_by_tx ON eth_attempt (tx_id, id);

CREATE TABLE eth_tx (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id INTEGER NOT NULL REFERENCES batch (id),
    chain_id INTEGER NOT NULL,
    sender BLOB NOT NULL,
    nonce INTEGER NOT NULL,
    gas_limit INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'final', 'reverted', 'dead')), mined_hash BLOB CHECK (length(mined_hash) = 32), mined_block INTEGER, gas_used INTEGER,
    UNIQUE (chain_id, sender, nonce)
) STRICT;

CREATE TABLE fact (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX fact_by_kind ON fact (kind, id);

CREATE TABLE fact_cursor (
    consumer TEXT PRIMARY KEY,
    fact_id INTEGER NOT NULL
) STRICT;

CREATE TABLE final_cursor (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;

CREATE TABLE job (
    job_id INTEGER PRIMARY KEY,
    budget_no INTEGER NOT NULL,
    client_order_id TEXT NOT NULL,
    request BLOB NOT NULL,
    input_hash BLOB NOT NULL,
    per_leg INTEGER NOT NULL,
    fee_bps INTEGER NOT NULL,
    input_weight_bps INTEGER NOT NULL,
    quorum INTEGER NOT NULL CHECK (quorum >= 1),
    is_streamed INTEGER NOT NULL CHECK (is_streamed IN (0, 1)),
    status INTEGER NOT NULL CHECK (status BETWEEN 1 AND 6),
    deadline INTEGER NOT NULL,
    paid INTEGER NOT NULL DEFAULT 0,
    fee INTEGER NOT NULL DEFAULT 0,
    end_code TEXT NOT NULL DEFAULT '',
    end_message TEXT NOT NULL DEFAULT '',
    matched_at INTEGER NOT NULL,
    verified_at INTEGER NOT NULL DEFAULT 0,
    ended_at INTEGER NOT NULL DEFAULT 0,
    UNIQUE (budget_no, client_order_id)
) STRICT;

CREATE INDEX job_open ON job (status) WHERE status < 5;

CREATE TABLE lease (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    fence INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT;

CREATE TABLE market (
    id INTEGER PRIMARY KEY,
    model TEXT NOT NULL,
    determinism_class TEXT NOT NULL,
    unit TEXT NOT NULL CHECK (unit IN ('token', 'millisecond')),
    context_tokens INTEGER NOT NULL,
    UNIQUE (model, determinism_class, unit)
) STRICT;

CREATE TABLE migration (name TEXT PRIMARY KEY, checksum TEXT NOT NULL) STRICT;

CREATE TABLE settlement_budget (
    budget_no INTEGER PRIMARY KEY,
    session BLOB NOT NULL
, ask_after INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE settlement_job (
    assignment_id BLOB PRIMARY KEY,
    budget_no INTEGER NOT NULL,
    job_no INTEGER NOT NULL,
    provider_id INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    fee INTEGER NOT NULL,
    settleable_at INTEGER NOT NULL,
    receipt TEXT NOT NULL,
    ticket TEXT NOT NULL,
    ticket_signature BLOB NOT NULL,
    statement_id INTEGER REFERENCES statement (id),
    UNIQUE (budget_no, job_no)
) STRICT;

CREATE INDEX settlement_job_by_statement ON settlement_job (statement_id);

CREATE TABLE statement (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    budget_no INTEGER NOT NULL,
    from_job INTEGER NOT NULL,
    through_job INTEGER NOT NULL,
    body TEXT NOT NULL,
    session_signature BLOB,
    state TEXT NOT NULL CHECK (state IN ('open', 'ready', 'batched', 'settled', 'void')),
    reason TEXT NOT NULL DEFAULT '',
    batch_id INTEGER REFERENCES batch (id),
    settled_tx BLOB,
    settled_block INTEGER
, cosignature BLOB CHECK (length(cosignature) = 64), signed_at INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE INDEX statement_by_batch ON statement (batch_id);

CREATE UNIQUE INDEX statement_identity ON statement (budget_no, from_job) WHERE state <> 'void';

CREATE UNIQUE INDEX statement_living ON statement (budget_no) WHERE state IN ('open', 'ready', 'batched');

CREATE TABLE ticket (
    assignment_id BLOB PRIMARY KEY REFERENCES assignment (assignment_id),
    budget_no INTEGER NOT NULL,
    job_no INTEGER NOT NULL, leg_no INTEGER NOT NULL DEFAULT 0,
    UNIQUE (budget_no, job_no)
) STRICT;

CREATE UNIQUE INDEX ticket_by_leg ON ticket (budget_no, leg_no);
