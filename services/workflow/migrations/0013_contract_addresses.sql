-- The addresses that an incident's server had when the directory of contracts was last asked: what is gone by while nobody can say.
CREATE TABLE contract_addresses (
  incident_id TEXT PRIMARY KEY REFERENCES incidents (incident_id),
  addresses   TEXT NOT NULL,
  asked_us    BIGINT NOT NULL
);
