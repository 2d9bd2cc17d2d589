-- Requests that a budget's session deposits before its bids, which name them by their hash alone.
CREATE TABLE deposited_request (
    budget_no INTEGER NOT NULL,
    input_hash BLOB NOT NULL CHECK (length(input_hash) = 32),
    model TEXT NOT NULL,
    request BLOB NOT NULL,
    used_at INTEGER NOT NULL,
    PRIMARY KEY (budget_no, input_hash)
) STRICT;

CREATE INDEX deposited_request_by_use ON deposited_request (used_at);
