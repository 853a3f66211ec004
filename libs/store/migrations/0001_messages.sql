-- What every service's database holds beside its own tables: messages on their way out and in, what could not be
-- handled, the audit trail and the answers to requests that may be repeated. Times are microseconds since 1970.

CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);

CREATE TABLE outbox (
  number BIGINT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  recipient TEXT NOT NULL,
  incident_id TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  encoded TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  sent_us BIGINT
);
CREATE INDEX outbox_unsent ON outbox (number) WHERE sent_us IS NULL;
CREATE INDEX outbox_sent ON outbox (sent_us) WHERE sent_us IS NOT NULL;

CREATE TABLE outbox_sequence (
  recipient TEXT NOT NULL,
  incident_id TEXT NOT NULL,
  last BIGINT NOT NULL,
  PRIMARY KEY (recipient, incident_id)
);

CREATE TABLE inbox (
  id TEXT PRIMARY KEY,
  sender TEXT NOT NULL,
  incident_id TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  accepted_us BIGINT NOT NULL
);
CREATE INDEX inbox_accepted ON inbox (accepted_us);

CREATE TABLE inbox_sequence (
  sender TEXT NOT NULL,
  incident_id TEXT NOT NULL,
  last BIGINT NOT NULL,
  PRIMARY KEY (sender, incident_id)
);

-- Messages that came before their predecessor.
CREATE TABLE parked (
  sender TEXT NOT NULL,
  incident_id TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  encoded TEXT NOT NULL,
  parked_us BIGINT NOT NULL,
  PRIMARY KEY (sender, incident_id, sequence)
);

CREATE TABLE dead_letters (
  number BIGINT PRIMARY KEY,
  message_id TEXT NOT NULL,
  type TEXT NOT NULL,
  incident_id TEXT NOT NULL,
  encoded TEXT NOT NULL,
  reason TEXT NOT NULL,
  failed_us BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'requeued')),
  note TEXT NOT NULL
);

CREATE TABLE audit (
  number BIGINT PRIMARY KEY,
  at_us BIGINT NOT NULL,
  incident_id TEXT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  reason TEXT NOT NULL,
  details TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX audit_incident ON audit (incident_id, number);

-- The end of the chain, so that rows missing at the end show too.
CREATE TABLE audit_head (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  number BIGINT NOT NULL,
  hash TEXT NOT NULL
);
INSERT INTO audit_head (id, number, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE idempotency (
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  request_sha256 TEXT NOT NULL,
  status BIGINT NOT NULL,
  content_type TEXT NOT NULL,
  headers TEXT NOT NULL,
  body TEXT NOT NULL,
  settled BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_created ON idempotency (created_us);
