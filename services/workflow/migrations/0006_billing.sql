-- The incident that this one was opened for, to carry out a follow-up order or one beside its own.
ALTER TABLE incidents ADD COLUMN follows TEXT;
CREATE INDEX incidents_following ON incidents (follows, incident_id) WHERE follows IS NOT NULL;

-- The fee of an order: since when it is due, for which outcome, and what pricing says of its charge.
ALTER TABLE orders ADD COLUMN fee_due_us BIGINT;
ALTER TABLE orders ADD COLUMN fee_outcome TEXT;
ALTER TABLE orders ADD COLUMN charge_id TEXT;
ALTER TABLE orders ADD COLUMN charged_yen BIGINT;
CREATE INDEX orders_fees ON orders (fee_due_us, order_id) WHERE fee_due_us IS NOT NULL;
CREATE INDEX orders_unmatched ON orders (order_id)
  WHERE fee_due_us IS NOT NULL AND (charge_id IS NULL OR charged_yen <> total_yen);
-- An incident's charge is the text {"charge_id":"chg_<26 characters>","total_yen":…}.
UPDATE orders SET
  fee_due_us = (SELECT i.changed_us FROM incidents i WHERE i.incident_id = orders.incident_id),
  fee_outcome = CASE WHEN state = 'accepted' THEN 'completed' ELSE 'cancelled' END,
  charge_id = (SELECT SUBSTR(i.charge, 15, 30) FROM incidents i WHERE i.incident_id = orders.incident_id),
  charged_yen = (SELECT CASE WHEN i.charge IS NULL THEN NULL ELSE orders.total_yen END FROM incidents i
                 WHERE i.incident_id = orders.incident_id)
WHERE EXISTS (SELECT 1 FROM incidents i WHERE i.incident_id = orders.incident_id AND (
  (i.state = 'completed' AND orders.state = 'accepted') OR
  (i.state = 'cancelled' AND orders.state = 'cancelled' AND orders.total_yen IS NOT NULL AND i.milestones LIKE '%"working"%')));

-- R40: what the customer has to do, from the report's advice. It stays visible after the incident is over.
CREATE TABLE customer_tasks (
  task_id       TEXT PRIMARY KEY,
  incident_id   TEXT NOT NULL REFERENCES incidents (incident_id),
  customer      TEXT NOT NULL,
  advice        TEXT NOT NULL,          -- which advice of the report it is
  title         TEXT NOT NULL,          -- JSON: ja, en
  why           TEXT NOT NULL,          -- JSON: ja, en
  report_sha256 TEXT NOT NULL,          -- the report that asks for it
  state         TEXT NOT NULL,          -- open | done | withdrawn (by a newer report)
  note          TEXT,
  done_by       TEXT,
  created_us    BIGINT NOT NULL,
  done_us       BIGINT
);
CREATE INDEX customer_tasks_by_incident ON customer_tasks (incident_id, task_id);
CREATE INDEX customer_tasks_by_customer ON customer_tasks (customer, task_id);
CREATE INDEX customer_tasks_by_state ON customer_tasks (state, task_id);
