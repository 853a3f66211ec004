-- What is asked for again and again is found without going through what is over.
CREATE INDEX incidents_open ON incidents (server_id, customer, incident_id)
  WHERE state NOT IN ('completed','cancelled','closed');
CREATE INDEX incidents_by_customer ON incidents (customer, incident_id);
CREATE INDEX hearings_open ON hearings (deadline_us) WHERE state = 'open';
CREATE INDEX jobs_of_queue ON jobs (queue, job_id);
CREATE INDEX jobs_of_kind ON jobs (kind, job_id);
