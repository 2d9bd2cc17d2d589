-- Where the budget may stand on chain: as final blocks have it, and after each statement that was signed. A statement
-- from anywhere else is not signed, for something has been paid that is not known here yet.
CREATE TABLE settled_budget (
    budget_no INTEGER PRIMARY KEY,
    through_job INTEGER NOT NULL,
    spent INTEGER NOT NULL
) STRICT;

-- Null for statements that were signed before this was kept: nothing is known to stand there.
ALTER TABLE statement ADD COLUMN through_spent INTEGER;

-- Read the chain from the start, so that the table above is complete.
DELETE FROM settled_cursor;
