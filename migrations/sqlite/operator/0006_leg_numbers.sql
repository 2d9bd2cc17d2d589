-- The job number of an assignment's first ticket. It stays when the leg is ticketed again, and is never another's.
ALTER TABLE ticket ADD COLUMN leg_no INTEGER NOT NULL DEFAULT 0;

UPDATE ticket SET leg_no = job_no;

CREATE UNIQUE INDEX ticket_by_leg ON ticket (budget_no, leg_no);
