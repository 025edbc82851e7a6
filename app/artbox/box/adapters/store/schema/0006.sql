-- Leaving anonymised: the group each record fell in when it left, and what it lost for that.

CREATE TABLE anonymised_items (
    package_id INTEGER NOT NULL,
    record_key_id INTEGER NOT NULL,
    steps INTEGER NOT NULL,
    shared TEXT NOT NULL,
    rare TEXT NOT NULL,
    suppressed TEXT NOT NULL,
    PRIMARY KEY (package_id, record_key_id),
    FOREIGN KEY (package_id, record_key_id) REFERENCES package_items (package_id, record_key_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- When the turn of a register, or of the time stamp, came last, and how often in a row it failed since.
CREATE TABLE turns (
    subject TEXT PRIMARY KEY,
    tried_at TEXT NOT NULL,
    failures INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
