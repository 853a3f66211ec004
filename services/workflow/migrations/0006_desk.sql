-- The operators' desk. Who has a task in hand; nobody: claimed_by is NULL.
ALTER TABLE tasks ADD COLUMN claimed_by TEXT;
ALTER TABLE tasks ADD COLUMN claimed_us BIGINT;
CREATE INDEX tasks_open ON tasks (kind, task_id) WHERE state = 'open';

-- Notes are written and never changed.
CREATE TABLE notes (
  note_id     TEXT PRIMARY KEY,
  incident_id TEXT NOT NULL REFERENCES incidents (incident_id),
  task_id     TEXT REFERENCES tasks (task_id),
  author      TEXT NOT NULL,
  text        TEXT NOT NULL,
  written_us  BIGINT NOT NULL
);
CREATE INDEX notes_by_incident ON notes (incident_id, note_id);
CREATE INDEX notes_by_task ON notes (task_id, note_id);

-- Evidence that a person attached: its bytes are in the evidence store under this hash.
CREATE TABLE attachments (
  attachment_id TEXT PRIMARY KEY,
  incident_id   TEXT NOT NULL REFERENCES incidents (incident_id),
  sha256        TEXT NOT NULL,
  name          TEXT NOT NULL,
  description   TEXT NOT NULL,
  attached_by   TEXT NOT NULL,
  attached_us   BIGINT NOT NULL
);
CREATE UNIQUE INDEX attachments_once ON attachments (incident_id, sha256);

CREATE TABLE manual_findings (
  finding_id  TEXT PRIMARY KEY,
  incident_id TEXT NOT NULL REFERENCES incidents (incident_id),
  finding     TEXT NOT NULL,            -- JSON, as it was posted
  found_by    TEXT NOT NULL,
  recorded_us BIGINT NOT NULL
);
CREATE INDEX manual_findings_by_incident ON manual_findings (incident_id, finding_id);

-- An investigation that a person ended. The latest counts, unless the work was ordered anew since.
CREATE TABLE manual_completions (
  completion_id TEXT PRIMARY KEY,
  incident_id   TEXT NOT NULL REFERENCES incidents (incident_id),
  completion    TEXT NOT NULL,          -- JSON, as it was posted
  completed_by  TEXT NOT NULL,
  completed_us  BIGINT NOT NULL,
  superseded_us BIGINT
);
CREATE INDEX manual_completions_by_incident ON manual_completions (incident_id, completion_id);

-- A new incident that takes up one that is over.
CREATE TABLE reopenings (
  incident_id TEXT PRIMARY KEY REFERENCES incidents (incident_id),
  reopens     TEXT NOT NULL REFERENCES incidents (incident_id),
  reason      TEXT NOT NULL,
  reopened_by TEXT NOT NULL,
  reopened_us BIGINT NOT NULL
);
CREATE INDEX reopenings_of ON reopenings (reopens, incident_id);

-- The id that was given out with a report, whichever incident the report belongs to now; and the incident that an alias was
-- merged into at first, so that a merge can be undone with all that it brought.
ALTER TABLE reports ADD COLUMN addressed_id TEXT;
CREATE INDEX reports_by_address ON reports (addressed_id);
ALTER TABLE aliases ADD COLUMN merged_at_first TEXT;
UPDATE aliases SET merged_at_first = merged_into;
CREATE INDEX aliases_at_first ON aliases (merged_at_first, incident_id);

-- Whether a late report is about what was done already.
CREATE INDEX incidents_worked ON incidents (server_id, customer, incident_id) WHERE state IN ('reporting','completed');
