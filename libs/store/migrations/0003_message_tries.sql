-- Messages that came again after their consumer had gone: who has begun to handle one, and has not ended yet. What
-- stands here of a process that is gone is what it may have died of.
CREATE TABLE message_tries (
  message_id TEXT PRIMARY KEY,
  tries BIGINT NOT NULL,
  process TEXT NOT NULL,
  first_us BIGINT NOT NULL,
  last_us BIGINT NOT NULL
);
