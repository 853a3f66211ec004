-- Every version of every annex that was in force here: what a quote names stays readable, and is never another.
CREATE TABLE annex_versions (
  annex    TEXT NOT NULL,
  version  TEXT NOT NULL,
  sha256   TEXT NOT NULL,          -- of content
  content  TEXT NOT NULL,          -- JSON, without its last day
  seen_us  BIGINT NOT NULL,
  PRIMARY KEY (annex, version)
);
-- JSON: the versions that the charge's quote was made of.
ALTER TABLE charges ADD COLUMN annex_versions TEXT NOT NULL DEFAULT '{}';
