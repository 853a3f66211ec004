-- The worker's journal: every attempt at a job that was handed to it, and how it ended.
CREATE TABLE attempts (
  number          BIGINT  NOT NULL UNIQUE,   -- in the order in which they came
  job_id          TEXT    NOT NULL,
  attempt         BIGINT  NOT NULL,
  incident_id     TEXT    NOT NULL,
  kind            TEXT    NOT NULL,
  server_id       TEXT    NOT NULL,
  lease_s         BIGINT  NOT NULL,
  traceparent     TEXT    NOT NULL,
  state           TEXT    NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'superseded')),
  received_us     BIGINT  NOT NULL,
  started_us      BIGINT,
  finished_us     BIGINT,
  document_sha256 TEXT,
  result          TEXT,                -- the body of the job.finished that was sent
  PRIMARY KEY (job_id, attempt)
);
CREATE INDEX attempts_by_state ON attempts (state, number);
