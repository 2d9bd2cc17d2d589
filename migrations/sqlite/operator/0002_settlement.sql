-- Settlement (settlement design 4.3): jobs with tickets, statements, batches, transactions, attempts, the final cursor.
CREATE TABLE lease (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    fence INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT;

CREATE TABLE final_cursor (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;

CREATE TABLE settlement_budget (
    budget_no INTEGER PRIMARY KEY,
    session BLOB NOT NULL
) STRICT;

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
) STRICT;

-- At most one living statement for a budget's next jobs.
CREATE UNIQUE INDEX statement_identity ON statement (budget_no, from_job) WHERE state <> 'void';

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

CREATE TABLE batch (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    payload BLOB NOT NULL,
    cosignature BLOB NOT NULL,
    gas_used INTEGER
) STRICT;

CREATE TABLE eth_tx (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id INTEGER NOT NULL REFERENCES batch (id),
    chain_id INTEGER NOT NULL,
    sender BLOB NOT NULL,
    nonce INTEGER NOT NULL,
    gas_limit INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'final', 'reverted', 'dead')),
    UNIQUE (chain_id, sender, nonce)
) STRICT;

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
