-- A task is about one thing of its incident: one dead job must not hide another.
ALTER TABLE tasks ADD COLUMN subject TEXT NOT NULL DEFAULT '';
CREATE INDEX aliases_by_target ON aliases (merged_into, incident_id);
