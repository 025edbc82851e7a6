-- The first schema. Times are ISO 8601 in UTC; bodies are canonical JSON; nothing of a record is ever deleted.

CREATE TABLE box (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    centre_no INTEGER NOT NULL,
    pseudonym_key BLOB NOT NULL,
    set_up_at TEXT NOT NULL
) STRICT;

CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    tag TEXT NOT NULL,
    actor TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE
) STRICT;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_never_shortened BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE sessions (
    hash TEXT PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE tokens (
    id INTEGER PRIMARY KEY,
    product TEXT NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    revoked_at TEXT
) STRICT;

CREATE TABLE imports (
    id TEXT PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE,
    received_at TEXT NOT NULL,
    token_id INTEGER NOT NULL REFERENCES tokens (id),
    product TEXT NOT NULL,
    release TEXT NOT NULL,
    document_hash TEXT NOT NULL,
    idempotency_key TEXT,
    complete INTEGER NOT NULL,
    summary TEXT NOT NULL,
    report TEXT NOT NULL,
    UNIQUE (token_id, idempotency_key)
) STRICT;
CREATE INDEX imports_by_time ON imports (received_at);

CREATE TABLE patients (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    ref TEXT NOT NULL,
    revision INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    first_received_at TEXT NOT NULL,
    UNIQUE (source, ref)
) STRICT;
CREATE TABLE patient_revisions (
    patient_id INTEGER NOT NULL REFERENCES patients (id),
    revision INTEGER NOT NULL,
    import_id TEXT NOT NULL REFERENCES imports (id) DEFERRABLE INITIALLY DEFERRED,
    received_at TEXT NOT NULL,
    release TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (patient_id, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE cycles (
    id INTEGER PRIMARY KEY,
    patient_id INTEGER NOT NULL REFERENCES patients (id),
    ref TEXT NOT NULL,
    revision INTEGER NOT NULL,
    release TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    first_received_at TEXT NOT NULL,
    UNIQUE (patient_id, ref)
) STRICT;
CREATE TABLE cycle_revisions (
    cycle_id INTEGER NOT NULL REFERENCES cycles (id),
    revision INTEGER NOT NULL,
    import_id TEXT NOT NULL REFERENCES imports (id) DEFERRABLE INITIALLY DEFERRED,
    received_at TEXT NOT NULL,
    release TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (cycle_id, revision)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER first_receipt_of_a_patient_stays BEFORE UPDATE OF first_received_at ON patients
BEGIN SELECT RAISE(ABORT, 'the first receipt is set once'); END;
CREATE TRIGGER first_receipt_of_a_cycle_stays BEFORE UPDATE OF first_received_at ON cycles
BEGIN SELECT RAISE(ABORT, 'the first receipt is set once'); END;
CREATE TRIGGER cycle_revisions_stay BEFORE UPDATE ON cycle_revisions
BEGIN SELECT RAISE(ABORT, 'a revision never changes'); END;
CREATE TRIGGER patient_revisions_stay BEFORE UPDATE ON patient_revisions
BEGIN SELECT RAISE(ABORT, 'a revision never changes'); END;

-- The registers a cycle counts for, as the catalogue said when its current revision came.
CREATE TABLE assignments (
    cycle_id INTEGER NOT NULL REFERENCES cycles (id),
    register TEXT NOT NULL,
    PRIMARY KEY (cycle_id, register)
) STRICT, WITHOUT ROWID;
CREATE INDEX assignments_by_register ON assignments (register, cycle_id);

-- The statements in force have no superseded_at; the others are the history.
CREATE TABLE consents (
    id INTEGER PRIMARY KEY,
    patient_id INTEGER NOT NULL REFERENCES patients (id),
    register TEXT NOT NULL,
    status TEXT NOT NULL,
    stated_on TEXT,
    import_id TEXT NOT NULL REFERENCES imports (id) DEFERRABLE INITIALLY DEFERRED,
    received_at TEXT NOT NULL,
    superseded_at TEXT
) STRICT;
CREATE INDEX consents_in_force ON consents (patient_id) WHERE superseded_at IS NULL;

-- cycle_id is NULL for a finding about the patient, which concerns every cycle.
CREATE TABLE findings (
    id INTEGER PRIMARY KEY,
    patient_id INTEGER NOT NULL REFERENCES patients (id),
    cycle_id INTEGER REFERENCES cycles (id),
    import_id TEXT NOT NULL REFERENCES imports (id) DEFERRABLE INITIALLY DEFERRED,
    rule TEXT NOT NULL,
    severity TEXT NOT NULL,
    field TEXT,
    child_no INTEGER,
    registers TEXT NOT NULL,
    found_at TEXT NOT NULL,
    superseded_at TEXT,
    confirmed_at TEXT,
    confirmed_by TEXT,
    reason TEXT
) STRICT;
CREATE INDEX findings_open ON findings (patient_id) WHERE superseded_at IS NULL;

-- The random name of a record at a register; retired once the record was withdrawn there.
CREATE TABLE record_keys (
    id INTEGER PRIMARY KEY,
    cycle_id INTEGER NOT NULL REFERENCES cycles (id),
    register TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    retired_at TEXT
) STRICT;
CREATE UNIQUE INDEX record_keys_live ON record_keys (cycle_id, register, kind) WHERE retired_at IS NULL;
CREATE INDEX record_keys_by_register ON record_keys (register) WHERE retired_at IS NULL;

CREATE TABLE packages (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    register TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    kind TEXT NOT NULL,
    release TEXT NOT NULL,
    state TEXT NOT NULL,
    sha256 TEXT,
    size INTEGER,
    created_at TEXT NOT NULL,
    attempted_at TEXT,
    sent_at TEXT,
    receipted_at TEXT,
    last_error TEXT,
    UNIQUE (register, sequence)
) STRICT;
CREATE TABLE package_items (
    package_id INTEGER NOT NULL REFERENCES packages (id),
    record_key_id INTEGER NOT NULL REFERENCES record_keys (id),
    cycle_revision INTEGER NOT NULL,
    patient_revision INTEGER NOT NULL,
    PRIMARY KEY (package_id, record_key_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX package_items_by_record ON package_items (record_key_id, package_id);

CREATE TABLE receipts (
    package_id INTEGER PRIMARY KEY REFERENCES packages (id),
    received_at TEXT NOT NULL,
    accepted INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    document BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT;
