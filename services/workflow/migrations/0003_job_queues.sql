-- A job waits in the queue of its kind; what was handed to the worker has a dispatched_us.
ALTER TABLE jobs ADD COLUMN queue TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN priority BIGINT NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;   -- since it was queued by a person or an order
ALTER TABLE jobs ADD COLUMN deaths BIGINT NOT NULL DEFAULT 0;     -- of workers that ran it, since then
ALTER TABLE jobs ADD COLUMN take_over BIGINT NOT NULL DEFAULT 0;  -- an operator: another job's lock at the target counts no more
ALTER TABLE jobs ADD COLUMN progress TEXT;                        -- JSON, the latest of the current attempt
UPDATE jobs SET queue = kind, priority = CASE kind WHEN 'investigation' THEN 20 ELSE 10 END;
CREATE INDEX jobs_by_queue ON jobs (queue, state, dispatched_us, priority DESC, job_id);

-- Who held back what, and why. One that is in force has no lifted_us.
CREATE TABLE job_pauses (
  pause_id      TEXT PRIMARY KEY,
  scope         TEXT NOT NULL,          -- queue | incident
  subject       TEXT NOT NULL,          -- the queue's name, the incident's id
  reason        TEXT NOT NULL,
  paused_by     TEXT NOT NULL,
  paused_us     BIGINT NOT NULL,
  lifted_reason TEXT,
  lifted_by     TEXT,
  lifted_us     BIGINT
);
CREATE UNIQUE INDEX job_pauses_in_force ON job_pauses (scope, subject) WHERE lifted_us IS NULL;
