-- When ordered work begins, and why (R11, R43).
ALTER TABLE orders ADD COLUMN begins_us BIGINT;
ALTER TABLE orders ADD COLUMN out_of_hours BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN plan TEXT;   -- JSON: what was promised
