-- Settlement: what a batch's anchor stands for, so that anybody can check it against the public command log.
ALTER TABLE batch ADD COLUMN book_count INTEGER NOT NULL DEFAULT 0 CHECK (book_count >= 0);
ALTER TABLE batch ADD COLUMN book_root BLOB NOT NULL DEFAULT (zeroblob(32)) CHECK (length(book_root) = 32);
