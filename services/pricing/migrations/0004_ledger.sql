-- Every charge and every credit note is one entry of the ledger, numbered in the order of booking, without gaps. Nothing here is ever
-- changed: what was wrong is put right by another entry.
CREATE TABLE ledger (
  number      BIGINT PRIMARY KEY,
  kind        TEXT NOT NULL,        -- charge | credit_note
  entry_id    TEXT NOT NULL UNIQUE, -- the charge's or the credit note's id
  charge_id   TEXT NOT NULL REFERENCES charges (charge_id),
  month       BIGINT NOT NULL,      -- of the booking, in Asia/Tokyo: 202609
  net_yen     BIGINT NOT NULL,      -- a credit note's are negative
  tax_percent BIGINT NOT NULL,
  tax_yen     BIGINT NOT NULL,
  total_yen   BIGINT NOT NULL,
  booked_us   BIGINT NOT NULL
);
CREATE INDEX ledger_by_month ON ledger (month, number);
CREATE INDEX ledger_of_charge ON ledger (charge_id, number);

CREATE TABLE credit_notes (
  credit_note_id TEXT PRIMARY KEY,
  number         BIGINT NOT NULL UNIQUE, -- 1, 2, 3 …
  charge_id      TEXT NOT NULL REFERENCES charges (charge_id),
  lines          TEXT NOT NULL,          -- JSON: which lines of the charge, and how much of each
  net_yen        BIGINT NOT NULL,
  tax_percent    BIGINT NOT NULL,
  tax_yen        BIGINT NOT NULL,
  total_yen      BIGINT NOT NULL,
  reason         TEXT NOT NULL,
  created_by     TEXT NOT NULL,
  created_us     BIGINT NOT NULL
);
CREATE INDEX credit_notes_of_charge ON credit_notes (charge_id, number);

-- The incident that a follow-up order goes back to, set when the quote is used: what was charged for one of them counts for all.
ALTER TABLE quotes ADD COLUMN case_id TEXT;
UPDATE quotes SET case_id = (SELECT incident_id FROM charges WHERE charges.quote_id = quotes.quote_id);
CREATE INDEX quotes_of_case ON quotes (case_id, quote_id) WHERE case_id IS NOT NULL;

-- What was charged before there was a ledger. The month is worked out of the days since 0000-03-01 in Tokyo.
INSERT INTO ledger (number, kind, entry_id, charge_id, month, net_yen, tax_percent, tax_yen, total_yen, booked_us)
SELECT ROW_NUMBER() OVER (ORDER BY created_us, charge_id), 'charge', charge_id, charge_id,
       (yoe + era * 400 + CASE WHEN mp < 10 THEN 0 ELSE 1 END) * 100 + CASE WHEN mp < 10 THEN mp + 3 ELSE mp - 9 END,
       net_yen, tax_percent, tax_yen, total_yen, created_us
FROM (SELECT era, yoe, (5 * (doe - (365 * yoe + yoe / 4 - yoe / 100)) + 2) / 153 AS mp,
             charge_id, net_yen, tax_percent, tax_yen, total_yen, created_us
      FROM (SELECT era, doe, (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365 AS yoe,
                   charge_id, net_yen, tax_percent, tax_yen, total_yen, created_us
            FROM (SELECT days / 146097 AS era, days % 146097 AS doe, charge_id, net_yen, tax_percent, tax_yen, total_yen, created_us
                  FROM (SELECT (created_us / 1000000 + 32400) / 86400 + 719468 AS days,
                               charge_id, net_yen, tax_percent, tax_yen, total_yen, created_us
                        FROM charges) AS a) AS b) AS c) AS d;
