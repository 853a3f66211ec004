-- How the worker reaches the customer's running server, in a sealed box that only it can open: the latest of each incident, until the
-- incident is over. A row without an incident came with an order that is not decided yet.
CREATE TABLE sealed_access (
  request_id  TEXT PRIMARY KEY,
  incident_id TEXT UNIQUE,
  key_id      TEXT NOT NULL,
  sealed      TEXT NOT NULL,       -- base 64
  received_us BIGINT NOT NULL
);
CREATE INDEX sealed_access_by_key ON sealed_access (key_id);
