-- A task may be about a report that is no incident's yet: a mail that a person has to read. So incident_id of tasks and of their notes may be
-- missing. Both tables are made anew, for not every back end can drop a NOT NULL.
CREATE TABLE tasks_anew (
  task_id     TEXT PRIMARY KEY,
  incident_id TEXT REFERENCES incidents (incident_id),
  kind        TEXT NOT NULL,
  state       TEXT NOT NULL,              -- open | done
  details     TEXT NOT NULL,
  outcome     TEXT,
  note        TEXT,
  done_by     TEXT,
  created_us  BIGINT NOT NULL,
  done_us     BIGINT,
  subject     TEXT NOT NULL DEFAULT '',
  claimed_by  TEXT,
  claimed_us  BIGINT
);
INSERT INTO tasks_anew (task_id, incident_id, kind, state, details, outcome, note, done_by, created_us, done_us, subject, claimed_by, claimed_us)
SELECT task_id, incident_id, kind, state, details, outcome, note, done_by, created_us, done_us, subject, claimed_by, claimed_us FROM tasks;
CREATE TABLE notes_anew (
  note_id     TEXT PRIMARY KEY,
  incident_id TEXT REFERENCES incidents (incident_id),
  task_id     TEXT REFERENCES tasks_anew (task_id),
  author      TEXT NOT NULL,
  text        TEXT NOT NULL,
  written_us  BIGINT NOT NULL
);
INSERT INTO notes_anew (note_id, incident_id, task_id, author, text, written_us)
SELECT note_id, incident_id, task_id, author, text, written_us FROM notes;
DROP TABLE notes;
DROP TABLE tasks;
ALTER TABLE tasks_anew RENAME TO tasks;
ALTER TABLE notes_anew RENAME TO notes;
CREATE INDEX tasks_by_state ON tasks (state, task_id);
CREATE INDEX tasks_by_incident ON tasks (incident_id, task_id);
CREATE INDEX tasks_open ON tasks (kind, task_id) WHERE state = 'open';
CREATE INDEX tasks_of_reports ON tasks (kind, subject) WHERE incident_id IS NULL;
CREATE INDEX notes_by_incident ON notes (incident_id, note_id);
CREATE INDEX notes_by_task ON notes (task_id, note_id);
