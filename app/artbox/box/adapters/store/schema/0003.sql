-- An import is taken in portions: its row comes first, a row per patient's result follows with each portion.

ALTER TABLE imports ADD COLUMN state TEXT NOT NULL DEFAULT 'finished';
CREATE INDEX imports_running ON imports (state) WHERE state = 'running';

-- `urgency` says what a reader looks at first: 0 rejected, 1 with findings, 2 neither.
CREATE TABLE import_results (
    import_number INTEGER NOT NULL REFERENCES imports (number),
    position INTEGER NOT NULL,
    urgency INTEGER NOT NULL,
    result TEXT NOT NULL,
    PRIMARY KEY (import_number, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_results_needing_work ON import_results (import_number, urgency, position) WHERE urgency < 2;
INSERT INTO import_results (import_number, position, urgency, result)
SELECT i.number, json_extract(r.value, '$.index'),
    CASE WHEN json_extract(r.value, '$.outcome') = 'rejected' THEN 0
        WHEN json_array_length(r.value, '$.findings') > 0 THEN 1 ELSE 2 END,
    r.value
FROM imports i, json_each(i.report, '$.results') r;
ALTER TABLE imports DROP COLUMN report;
