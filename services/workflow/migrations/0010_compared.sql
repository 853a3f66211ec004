-- The comparison that the customer chose from, as it was shown (R28): JSON {recorded: true, sha256, document}, or {recorded: false}
-- where nothing was shown on the web form. NULL: a choice from before comparisons were kept.
ALTER TABLE choices ADD COLUMN comparison TEXT;
