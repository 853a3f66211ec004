-- Comparisons as they were shown, so that a choice can name the one it was made from. Workflow keeps that one with the choice; here they
-- go again, when they have expired or newer ones of their server need the room.
CREATE TABLE comparisons (
  comparison_id TEXT PRIMARY KEY,
  incident_id   TEXT,              -- for which it was asked for; NULL: for the server alone
  server_id     TEXT NOT NULL,
  customer      TEXT NOT NULL,
  sha256        TEXT NOT NULL,     -- of the document without sha256
  document      TEXT NOT NULL,     -- JSON, as it was shown
  shown_us      BIGINT NOT NULL,
  expires_us    BIGINT NOT NULL,
  shown_to      TEXT NOT NULL      -- key id
);
CREATE INDEX comparisons_of_server ON comparisons (server_id, comparison_id);
CREATE INDEX comparisons_by_end ON comparisons (expires_us, comparison_id);
