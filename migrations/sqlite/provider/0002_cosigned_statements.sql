-- What this provider can settle without its operator: statements that pay it, with both signatures.
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
