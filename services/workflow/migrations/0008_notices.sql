-- What customers and reporters are told. Made in the transaction of what it is about; its texts are those that were sent.
CREATE TABLE notices (
  notice_id   TEXT PRIMARY KEY,
  incident_id TEXT NOT NULL REFERENCES incidents (incident_id),
  kind        TEXT NOT NULL,
  audience    TEXT NOT NULL,            -- customer | reporter
  recipient   TEXT NOT NULL,            -- the customer's number, the reporter's key
  subject     TEXT NOT NULL,            -- tells notices of one kind apart: an order's id, a report's hash
  state       TEXT NOT NULL,            -- shown | pending | delivered | undeliverable | withdrawn
  facts       TEXT NOT NULL,            -- JSON: what the texts were made of
  texts       TEXT NOT NULL,            -- JSON: {version, ja: {subject, text}, en: {…}}
  receipt     TEXT,                     -- JSON: what shows that it was delivered
  traceparent TEXT NOT NULL,
  created_us  BIGINT NOT NULL,
  settled_us  BIGINT
);
CREATE UNIQUE INDEX notices_once ON notices (incident_id, kind, audience, recipient, subject);
CREATE INDEX notices_by_incident ON notices (incident_id, notice_id);
CREATE INDEX notices_by_recipient ON notices (audience, recipient, notice_id);
CREATE INDEX notices_by_state ON notices (state, notice_id);

-- One way by which one notice is to arrive. Handed out to one attempt until next_us; the attempt's number fences.
CREATE TABLE notice_deliveries (
  delivery_id TEXT PRIMARY KEY,
  notice_id   TEXT NOT NULL REFERENCES notices (notice_id),
  channel     TEXT NOT NULL,            -- webhook | mail
  destination TEXT NOT NULL,            -- the endpoint's id, the mail address
  state       TEXT NOT NULL,            -- pending | delivered | failed | dropped
  attempts    BIGINT NOT NULL,
  round_from  BIGINT NOT NULL,          -- attempts before an operator had it tried again
  next_us     BIGINT NOT NULL,
  problem     TEXT,
  detail      TEXT,
  ended_us    BIGINT
);
CREATE UNIQUE INDEX notice_deliveries_once ON notice_deliveries (notice_id, channel, destination);
CREATE INDEX notice_deliveries_due ON notice_deliveries (next_us) WHERE state = 'pending';
CREATE INDEX notice_deliveries_open ON notice_deliveries (channel, destination, state);

CREATE TABLE notice_attempts (
  delivery_id TEXT NOT NULL REFERENCES notice_deliveries (delivery_id),
  number      BIGINT NOT NULL,
  begun_us    BIGINT NOT NULL,
  ended_us    BIGINT,
  outcome     TEXT,                     -- delivered | later | failed | unknown
  problem     TEXT,
  detail      TEXT,
  status      BIGINT,                   -- HTTP status or SMTP reply code
  PRIMARY KEY (delivery_id, number)
);

-- What is known of the endpoints in the contacts file. One without a row has never failed.
CREATE TABLE notice_endpoints (
  endpoint_id      TEXT PRIMARY KEY,
  state            TEXT NOT NULL,       -- enabled | disabled
  failing_since_us BIGINT,
  incident_id      TEXT,                -- whose notice failed last when it was disabled: its task hangs there
  reason           TEXT NOT NULL,
  changed_by       TEXT NOT NULL,
  changed_us       BIGINT NOT NULL
);

-- R35: when a server may be stopped, as announced.
CREATE TABLE stop_windows (
  window_id    TEXT PRIMARY KEY,
  incident_id  TEXT NOT NULL REFERENCES incidents (incident_id),
  from_us      BIGINT NOT NULL,
  until_us     BIGINT NOT NULL,
  reason       TEXT NOT NULL,
  announced_by TEXT NOT NULL,
  announced_us BIGINT NOT NULL
);
CREATE INDEX stop_windows_by_incident ON stop_windows (incident_id, window_id);
