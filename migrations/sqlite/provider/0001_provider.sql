-- A provider's journal: what it signed for which assignment, so that it never signs two things for one (settlement 2.7),
-- and what it earned.
CREATE TABLE assignment (
    assignment_id BLOB PRIMARY KEY,
    commit_frame TEXT NOT NULL,
    reveal_frame TEXT NOT NULL,
    outcome TEXT NOT NULL DEFAULT '',
    amount INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
) STRICT;
