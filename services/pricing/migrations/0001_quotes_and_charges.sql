-- Prices that were promised and fees that are due. Money is whole yen; times are microseconds since 1970.
CREATE TABLE quotes (
  quote_id    TEXT PRIMARY KEY,
  incident_id TEXT NOT NULL,
  server_id   TEXT NOT NULL,
  customer    TEXT NOT NULL,
  work_item   TEXT NOT NULL,
  sha256      TEXT NOT NULL,
  document    TEXT NOT NULL,       -- what the customer saw, byte for byte what sha256 was taken of, and sha256
  total_yen   BIGINT NOT NULL,
  issued_us   BIGINT NOT NULL,
  expires_us  BIGINT NOT NULL,
  issued_by   TEXT NOT NULL,       -- key id
  used_by     TEXT,                -- the order that has redeemed it
  used_us     BIGINT
);

-- What an order was told when it asked for a quote, so that asking again gets the same answer.
CREATE TABLE redemptions (
  order_id    TEXT PRIMARY KEY,
  quote_id    TEXT NOT NULL,
  request     TEXT NOT NULL,       -- SHA-256 of what was asked
  answer      TEXT NOT NULL,       -- quote.redeemed's body
  at_us       BIGINT NOT NULL
);

-- One order is charged once, one quote is used once.
CREATE TABLE charges (
  charge_id    TEXT PRIMARY KEY,
  order_id     TEXT NOT NULL UNIQUE,
  quote_id     TEXT NOT NULL UNIQUE,
  incident_id  TEXT NOT NULL,
  customer     TEXT NOT NULL,
  outcome      TEXT NOT NULL,
  lines        TEXT NOT NULL,      -- JSON, as in the quote
  net_yen      BIGINT NOT NULL,
  tax_percent  BIGINT NOT NULL,
  tax_yen      BIGINT NOT NULL,
  total_yen    BIGINT NOT NULL,
  completed_us BIGINT NOT NULL,
  created_us   BIGINT NOT NULL
);
CREATE INDEX charges_of_incident ON charges (incident_id, charge_id);
