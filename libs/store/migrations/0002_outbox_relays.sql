-- Which replica's relay publishes a message, and since when it is that one's: what it leaves lying another takes over.
ALTER TABLE outbox ADD COLUMN relay TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN relay_us BIGINT NOT NULL DEFAULT 0;
