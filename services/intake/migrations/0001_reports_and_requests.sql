-- What came in at the door, as it came. Times are microseconds since 1970.
CREATE TABLE reports (
  report_id   TEXT PRIMARY KEY,
  incident_id TEXT NOT NULL,
  merged_into TEXT,                -- the incident it was merged into, once workflow has said so
  state       TEXT NOT NULL,       -- received, taken
  source      TEXT NOT NULL,
  category    TEXT NOT NULL,
  server_id   TEXT NOT NULL,
  customer    TEXT NOT NULL,       -- who held the server's contract when it came
  key_id      TEXT NOT NULL,
  role        TEXT NOT NULL,
  person      TEXT,
  raw_body    TEXT NOT NULL,
  raw_sha256  TEXT NOT NULL,
  seen_us     BIGINT,
  received_us BIGINT NOT NULL,
  taken_us    BIGINT
);

-- Choices, orders, hearing answers, receipts, cancellations: what customers asked workflow to decide.
CREATE TABLE requests (
  request_id   TEXT PRIMARY KEY,
  incident_id  TEXT NOT NULL,
  kind         TEXT NOT NULL,
  state        TEXT NOT NULL,      -- pending, accepted, refused
  key_id       TEXT NOT NULL,
  customer     TEXT NOT NULL,
  person       TEXT NOT NULL,
  raw_body     TEXT NOT NULL,
  raw_sha256   TEXT NOT NULL,
  consents     TEXT,               -- orders: [{id, rule, version, text}], what was accepted
  submitted_us BIGINT NOT NULL,
  decided_us   BIGINT,
  decision     TEXT                -- the answer, or the problem it was refused with
);
