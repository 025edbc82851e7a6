-- The work list of open findings: since when each has been open, whichever revision it was found in.

ALTER TABLE findings ADD COLUMN open_since TEXT NOT NULL DEFAULT '';
UPDATE findings SET open_since = found_at;
CREATE INDEX findings_as_work ON findings (severity, open_since) WHERE superseded_at IS NULL;
