-- Settlement: when a gateway may be asked again, where a transaction was mined, and one living statement per budget.
ALTER TABLE settlement_budget ADD COLUMN ask_after INTEGER NOT NULL DEFAULT 0;
ALTER TABLE eth_tx ADD COLUMN mined_hash BLOB CHECK (length(mined_hash) = 32);
ALTER TABLE eth_tx ADD COLUMN mined_block INTEGER;
ALTER TABLE eth_tx ADD COLUMN gas_used INTEGER;

CREATE UNIQUE INDEX statement_living ON statement (budget_no) WHERE state IN ('open', 'ready', 'batched');
CREATE INDEX statement_by_batch ON statement (batch_id);
CREATE INDEX settlement_job_by_statement ON settlement_job (statement_id);
CREATE INDEX eth_attempt_by_tx ON eth_attempt (tx_id, id);
