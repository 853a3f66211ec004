-- When ordered work begins, and why (R11, R43).
ALTER TABLE orders ADD COLUMN begins_us BIGINT;
ALTER TABLE orders ADD COLUMN out_of_hours BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN plan TEXT;   -- JSON: what was promised

-- Who had an incident in hand, stretch after stretch without a gap; the last one has no end yet. Of each that is over:
-- provider + customer + closed time = its length.
CREATE TABLE sla_segments (
  incident_id  TEXT NOT NULL REFERENCES incidents (incident_id),
  number       BIGINT NOT NULL,
  state        TEXT NOT NULL,          -- of the incident
  waiting_for  TEXT NOT NULL,          -- what the customer is waited for, or ''
  out_of_hours BIGINT NOT NULL,
  from_us      BIGINT NOT NULL,
  to_us        BIGINT,
  provider_us  BIGINT,
  customer_us  BIGINT,
  closed_us    BIGINT,
  PRIMARY KEY (incident_id, number)
);

-- The runs of each incident's clocks, in business time.
CREATE TABLE sla_clocks (
  incident_id  TEXT NOT NULL REFERENCES incidents (incident_id),
  clock        TEXT NOT NULL,
  run          BIGINT NOT NULL,
  state        TEXT NOT NULL,          -- running | paused | met | missed | dropped
  out_of_hours BIGINT NOT NULL,
  target_us    BIGINT NOT NULL,
  used_us      BIGINT NOT NULL,        -- until since_us, or until it stopped
  started_us   BIGINT NOT NULL,
  since_us     BIGINT,                 -- it counts from then on
  due_us       BIGINT,
  stopped_us   BIGINT,
  PRIMARY KEY (incident_id, clock, run)
);
CREATE INDEX sla_clocks_by_due ON sla_clocks (clock, due_us) WHERE stopped_us IS NULL;
CREATE INDEX sla_clocks_open ON sla_clocks (incident_id) WHERE stopped_us IS NULL;

-- Open incidents begin with what is known: one stretch since they were opened.
INSERT INTO sla_segments (incident_id, number, state, waiting_for, out_of_hours, from_us)
  SELECT incident_id, 1, state, COALESCE(waiting_for, ''), 0, opened_us FROM incidents
  WHERE state NOT IN ('completed','cancelled','closed');
