-- What is asked of the job beside its kind, JSON. NULL: nothing is.
ALTER TABLE jobs ADD COLUMN instructions TEXT;
