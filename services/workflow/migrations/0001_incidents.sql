-- What workflow owns. Times are µs since the epoch (UTC), JSON columns hold canonical JSON text.
CREATE TABLE incidents (
  incident_id     TEXT PRIMARY KEY,
  version         BIGINT NOT NULL,
  state           TEXT NOT NULL,
  server_id       TEXT NOT NULL,
  customer        TEXT NOT NULL,
  category        TEXT NOT NULL,
  notice_source   TEXT NOT NULL,
  confirmation    TEXT NOT NULL,          -- JSON list
  choice          TEXT,                   -- service | self_remediation
  waiting_for     TEXT,                   -- what the customer is waited for, if anything
  runbook_version TEXT NOT NULL,
  milestones      TEXT NOT NULL,          -- JSON: state -> time it was last entered
  precheck        TEXT,                   -- JSON: summary of the probe's look before the customer is told
  situation       TEXT,                   -- JSON: what the customer is shown at the choice
  document_sha256 TEXT,                   -- the investigation's document in the evidence store
  report          TEXT,                   -- JSON customer report
  report_sha256   TEXT,
  report_html_ja  TEXT,                   -- rendered once, so that what was delivered stays what is shown
  report_html_en  TEXT,
  delivery        TEXT,                   -- JSON: who received it, how, when
  charge          TEXT,                   -- JSON: charge_id, total_yen
  traceparent     TEXT NOT NULL,
  opened_us       BIGINT NOT NULL,
  changed_us      BIGINT NOT NULL
);
CREATE INDEX incidents_by_state ON incidents (state, incident_id);
CREATE INDEX incidents_by_server ON incidents (server_id, incident_id);

-- Incident ids given at a report that turned out to be about an incident that was open already.
CREATE TABLE aliases (
  incident_id TEXT PRIMARY KEY,
  merged_into TEXT NOT NULL REFERENCES incidents (incident_id)
);

CREATE TABLE reports (
  report_id   TEXT PRIMARY KEY,
  incident_id TEXT NOT NULL REFERENCES incidents (incident_id),
  body        TEXT NOT NULL,
  received_us BIGINT NOT NULL
);
CREATE INDEX reports_by_incident ON reports (incident_id, report_id);

-- What customers asked for through the web form, as intake validated it.
CREATE TABLE requests (
  request_id   TEXT PRIMARY KEY,
  addressed_id TEXT NOT NULL,             -- the incident id in the request, perhaps an alias
  kind         TEXT NOT NULL,
  state        TEXT NOT NULL,             -- pending | accepted | refused
  actor        TEXT NOT NULL,
  body         TEXT NOT NULL,
  answer       TEXT,
  submitted_us BIGINT NOT NULL,
  decided_us   BIGINT
);

CREATE TABLE choices (
  request_id  TEXT PRIMARY KEY,
  incident_id TEXT NOT NULL REFERENCES incidents (incident_id),
  choice      TEXT NOT NULL,
  actor       TEXT NOT NULL,
  shown       TEXT NOT NULL,
  chosen_us   BIGINT NOT NULL
);
CREATE INDEX choices_by_incident ON choices (incident_id, chosen_us);

CREATE TABLE orders (
  order_id     TEXT PRIMARY KEY,
  incident_id  TEXT NOT NULL REFERENCES incidents (incident_id),
  request_id   TEXT NOT NULL UNIQUE,
  server_id    TEXT NOT NULL,
  work_item    TEXT NOT NULL,
  quote_id     TEXT NOT NULL,
  quote_sha256 TEXT NOT NULL,
  consents     TEXT NOT NULL,
  versions     TEXT NOT NULL,             -- JSON: terms and specification in force (R44, R45)
  actor        TEXT NOT NULL,
  state        TEXT NOT NULL,             -- pending | accepted | refused | cancelled
  total_yen    BIGINT,
  submitted_us BIGINT NOT NULL,
  decided_us   BIGINT
);
CREATE INDEX orders_by_incident ON orders (incident_id, order_id);

CREATE TABLE hearings (
  incident_id TEXT PRIMARY KEY REFERENCES incidents (incident_id),
  state       TEXT NOT NULL,              -- open | answered | no_reply
  questions   TEXT NOT NULL,
  answers     TEXT NOT NULL,
  asked_us    BIGINT NOT NULL,
  deadline_us BIGINT NOT NULL,
  closed_us   BIGINT
);

CREATE TABLE jobs (
  job_id          TEXT PRIMARY KEY,
  incident_id     TEXT NOT NULL REFERENCES incidents (incident_id),
  kind            TEXT NOT NULL,
  state           TEXT NOT NULL,          -- queued | leased | succeeded | dead | cancelled
  attempt         BIGINT NOT NULL,
  not_before_us   BIGINT NOT NULL,
  dispatched_us   BIGINT,                 -- of the current attempt
  lease_until_us  BIGINT,
  worker          TEXT,
  document_sha256 TEXT,
  summary         TEXT,
  failure         TEXT,
  traceparent     TEXT NOT NULL,
  created_us      BIGINT NOT NULL,
  finished_us     BIGINT
);
CREATE INDEX jobs_by_state ON jobs (state, job_id);
CREATE INDEX jobs_by_incident ON jobs (incident_id, job_id);

CREATE TABLE tasks (
  task_id     TEXT PRIMARY KEY,
  incident_id TEXT NOT NULL REFERENCES incidents (incident_id),
  kind        TEXT NOT NULL,
  state       TEXT NOT NULL,              -- open | done
  details     TEXT NOT NULL,
  outcome     TEXT,
  note        TEXT,
  done_by     TEXT,
  created_us  BIGINT NOT NULL,
  done_us     BIGINT
);
CREATE INDEX tasks_by_state ON tasks (state, task_id);
CREATE INDEX tasks_by_incident ON tasks (incident_id, task_id);
