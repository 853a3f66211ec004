-- What a report says the server does, as far as it can be looked at from outside: JSON (rescue/incident/complaint.hpp).
ALTER TABLE reports ADD COLUMN complaint TEXT;
