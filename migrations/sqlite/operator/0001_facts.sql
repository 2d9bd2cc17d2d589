-- Facts cross slices (Execution, Settlement, the host) in the order in which they became true.
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
