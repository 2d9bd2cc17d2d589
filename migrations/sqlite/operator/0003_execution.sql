-- Execution: jobs, the assignments of their legs, and what providers promised and showed. Nothing here is deleted but
-- the buyer's request, when the job has ended.
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

CREATE TABLE ticket (
    assignment_id BLOB PRIMARY KEY REFERENCES assignment (assignment_id),
    budget_no INTEGER NOT NULL,
    job_no INTEGER NOT NULL,
    UNIQUE (budget_no, job_no)
) STRICT;

CREATE TABLE book_cursor (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL
) STRICT;
