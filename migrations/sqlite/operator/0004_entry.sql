-- Order entry (Api): the markets by number, and what a bid brings along that the book does not need to match it.
CREATE TABLE market (
    id INTEGER PRIMARY KEY,
    model TEXT NOT NULL,
    determinism_class TEXT NOT NULL,
    unit TEXT NOT NULL CHECK (unit IN ('token', 'millisecond')),
    context_tokens INTEGER NOT NULL,
    UNIQUE (model, determinism_class, unit)
) STRICT;

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
