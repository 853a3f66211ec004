-- Reports that came as mails. raw_body of a message/rfc822 is its base64, because a mail may hold any byte; raw_sha256 is of the bytes as
-- they came. for_person: why a person has to read it (rescue/complaint/complaint.hpp, or not_under_contract); such a report has no
-- server_id and customer (''), and its incident_id is one that is kept for it. of_report: the one that an operator read and made this of.
-- States: received, taken; for_person, closed.
ALTER TABLE reports ADD COLUMN content_type TEXT NOT NULL DEFAULT 'application/json';
ALTER TABLE reports ADD COLUMN for_person TEXT;
ALTER TABLE reports ADD COLUMN reference TEXT;
ALTER TABLE reports ADD COLUMN of_report TEXT;
CREATE UNIQUE INDEX reports_of_report ON reports (of_report);
