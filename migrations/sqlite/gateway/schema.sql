-- What the migrations beside this file add up to. It is compared, never applied; to write it again:
-- MKT_WRITE_SCHEMA=1 dotnet test tests/Marketplace.ScenarioTests --filter SchemaTests

CREATE TABLE api_key (
    key_hash BLOB PRIMARY KEY,
    total_limit INTEGER NOT NULL,
    day_limit INTEGER NOT NULL
) STRICT;

CREATE TABLE migration (name TEXT PRIMARY KEY, checksum TEXT NOT NULL) STRICT;

CREATE TABLE purchase (
    client_order_id TEXT PRIMARY KEY,
    key_hash BLOB NOT NULL REFERENCES api_key (key_hash),
    dedupe_key BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'delivered', 'ended')),
    bid TEXT NOT NULL,
    quorum INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    cost INTEGER NOT NULL DEFAULT 0,
    job_id INTEGER,
    canonical BLOB,
    runs INTEGER NOT NULL DEFAULT 0,
    end_code TEXT NOT NULL DEFAULT '',
    end_message TEXT NOT NULL DEFAULT '',
    is_collected INTEGER NOT NULL DEFAULT 0 CHECK (is_collected IN (0, 1)),
    created_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL DEFAULT 0
, is_prepared INTEGER NOT NULL DEFAULT 0 CHECK (is_prepared IN (0, 1))) STRICT;

CREATE INDEX purchase_by_dedupe ON purchase (dedupe_key);

CREATE TABLE settled_budget (
    budget_no INTEGER PRIMARY KEY,
    through_job INTEGER NOT NULL,
    spent INTEGER NOT NULL
) STRICT;

CREATE TABLE settled_cursor (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    block INTEGER NOT NULL
) STRICT;

CREATE TABLE statement (
    digest BLOB PRIMARY KEY,
    budget_no INTEGER NOT NULL,
    from_job INTEGER NOT NULL,
    through_job INTEGER NOT NULL,
    signature BLOB NOT NULL
, through_spent INTEGER) STRICT;

CREATE TABLE ticket (
    budget_no INTEGER NOT NULL,
    job_no INTEGER NOT NULL,
    assignment_id BLOB NOT NULL UNIQUE,
    job_id INTEGER NOT NULL,
    client_order_id TEXT NOT NULL REFERENCES purchase (client_order_id),
    ticket TEXT NOT NULL,
    signature BLOB NOT NULL,
    receipt TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('issued', 'stored', 'void')),
    statement_from INTEGER,
    settled_tx BLOB,
    PRIMARY KEY (budget_no, job_no)
) STRICT;
