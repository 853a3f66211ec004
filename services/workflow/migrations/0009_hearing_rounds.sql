-- A hearing goes in rounds: what the order asks, then what an operator asks more. Answers are kept as they came.
ALTER TABLE hearings ADD COLUMN version TEXT NOT NULL DEFAULT 'hearing-1';   -- of the questions' texts
ALTER TABLE hearings ADD COLUMN round BIGINT NOT NULL DEFAULT 1;
ALTER TABLE hearings ADD COLUMN round_us BIGINT NOT NULL DEFAULT 0;          -- when this round was asked
ALTER TABLE hearings ADD COLUMN reminded_us BIGINT;                          -- in this round
UPDATE hearings SET round_us = asked_us;
CREATE INDEX hearings_to_remind ON hearings (deadline_us) WHERE state = 'open' AND reminded_us IS NULL;

CREATE TABLE hearing_answers (
  request_id  TEXT PRIMARY KEY,
  incident_id TEXT NOT NULL REFERENCES incidents (incident_id),
  evidence    TEXT NOT NULL,             -- JSON: who answered what, and when
  sha256      TEXT NOT NULL,             -- of it
  answered_us BIGINT NOT NULL
);
CREATE INDEX hearing_answers_by_incident ON hearing_answers (incident_id, answered_us, request_id);

-- What the customer was shown at the order (R28, R29, R44, R45): the quote as it was, and the hash of all of it.
ALTER TABLE orders ADD COLUMN quote TEXT;
ALTER TABLE orders ADD COLUMN shown_sha256 TEXT;
