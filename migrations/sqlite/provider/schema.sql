-- What the migrations beside this file add up to. It is compared, never applied; to write it again:
-- MKT_WRITE_SCHEMA=1 dotnet test tests/Marketplace.ScenarioTests --filter SchemaTests

CREATE TABLE assignment (
    assignment_id BLOB PRIMARY KEY,
    commit_frame TEXT NOT NULL,
    reveal_frame TEXT NOT NULL,
    outcome TEXT NOT NULL DEFAULT '',
    amount INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE cosigned_statement (
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    budget_no INTEGER NOT NULL,
    from_job INTEGER NOT NULL,
    body TEXT NOT NULL,
    session_signature BLOB NOT NULL CHECK (length(session_signature) = 64),
    cosignature BLOB NOT NULL CHECK (length(cosignature) = 64),
    received_at INTEGER NOT NULL,
    PRIMARY KEY (digest, session_signature, cosignature)
) STRICT;

CREATE INDEX cosigned_statement_by_budget ON cosigned_statement (budget_no);

CREATE TABLE migration (name TEXT PRIMARY KEY, checksum TEXT NOT NULL) STRICT;
