-- The ledger: what can be shown to anybody, and apart from it what only the centre can open.

CREATE TABLE ledger (
    sequence INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    commitment TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE
) STRICT;
CREATE TRIGGER ledger_is_never_changed BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_is_never_shortened BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- Without salt and document a commitment says nothing any more: both go when a patient objects.
CREATE TABLE ledger_openings (
    sequence INTEGER PRIMARY KEY REFERENCES ledger (sequence),
    subject TEXT NOT NULL UNIQUE,
    salt TEXT,
    document TEXT
) STRICT;

CREATE TABLE timestamps (
    sequence INTEGER PRIMARY KEY REFERENCES ledger (sequence),
    authority TEXT NOT NULL,
    request BLOB NOT NULL,
    reply BLOB NOT NULL,
    chain TEXT NOT NULL,
    stamped_at TEXT NOT NULL
) STRICT;
