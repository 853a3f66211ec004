-- What is asked of the job beside its kind, JSON. NULL: nothing is.
ALTER TABLE attempts ADD COLUMN instructions TEXT;
