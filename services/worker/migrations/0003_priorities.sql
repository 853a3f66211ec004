-- What workflow decided about an attempt: which goes first, and whether another job's lock at the target counts no more.
ALTER TABLE attempts ADD COLUMN priority BIGINT NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN take_over BIGINT NOT NULL DEFAULT 0;
UPDATE attempts SET priority = CASE kind WHEN 'investigation' THEN 20 ELSE 10 END;
CREATE INDEX attempts_by_priority ON attempts (state, priority DESC, number);
