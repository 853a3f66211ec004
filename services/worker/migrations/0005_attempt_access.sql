-- How an attempt reaches a running server, sealed: only until the attempt has ended.
CREATE TABLE attempt_access (
  job_id  TEXT   NOT NULL,
  attempt BIGINT NOT NULL,
  key_id  TEXT   NOT NULL,
  sealed  TEXT   NOT NULL,   -- base 64 of the sealed box
  PRIMARY KEY (job_id, attempt)
);
