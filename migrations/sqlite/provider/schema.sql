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

CREATE TABLE migration (name TEXT PRIMARY KEY, checksum TEXT NOT NULL) STRICT;
