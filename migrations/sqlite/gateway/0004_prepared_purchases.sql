-- A purchase that is prepared waits for a bid that its buyer places without the gateway: it is never sent as a bid.
ALTER TABLE purchase ADD COLUMN is_prepared INTEGER NOT NULL DEFAULT 0 CHECK (is_prepared IN (0, 1));
