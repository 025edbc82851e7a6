-- More accounts than the first: locking, initial passwords, the second factor; where a session began.

ALTER TABLE accounts ADD COLUMN locked_at TEXT;
ALTER TABLE accounts ADD COLUMN initial_password INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN factor_secret BLOB;
ALTER TABLE accounts ADD COLUMN factor_step INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';

CREATE TABLE recovery_codes (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    PRIMARY KEY (account_id, hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_by_tag ON audit (tag);
CREATE INDEX audit_by_actor ON audit (actor);
