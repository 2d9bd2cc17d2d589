-- Settlement: the co-signature that lets any payee settle a statement alone, and since when the statement was signed.
ALTER TABLE statement ADD COLUMN cosignature BLOB CHECK (length(cosignature) = 64);
ALTER TABLE statement ADD COLUMN signed_at INTEGER NOT NULL DEFAULT 0;
