-- Prospectivity, days on which something becomes overdue, and judging again what is stored when the rules changed.

-- Cycles that changed since they were last assessed; the triggers write in the transaction of the change itself.
CREATE TABLE cycles_to_assess (
    cycle_id INTEGER PRIMARY KEY REFERENCES cycles (id),
    waits_for_clock INTEGER NOT NULL DEFAULT 0,
    last_day TEXT,
    changes INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX cycles_to_assess_now ON cycles_to_assess (cycle_id) WHERE waits_for_clock = 0;
CREATE INDEX cycles_that_wait ON cycles_to_assess (last_day) WHERE waits_for_clock = 1;
CREATE TRIGGER a_changed_cycle_is_assessed AFTER INSERT ON cycle_revisions
BEGIN
    INSERT INTO cycles_to_assess (cycle_id) VALUES (new.cycle_id)
    ON CONFLICT (cycle_id) DO UPDATE SET waits_for_clock = 0, changes = changes + 1;
END;
CREATE TRIGGER cycles_of_a_changed_patient_are_assessed AFTER INSERT ON patient_revisions
BEGIN
    INSERT INTO cycles_to_assess (cycle_id) SELECT id FROM cycles WHERE patient_id = new.patient_id
    ON CONFLICT (cycle_id) DO UPDATE SET waits_for_clock = 0, changes = changes + 1;
END;
INSERT INTO cycles_to_assess (cycle_id) SELECT id FROM cycles;

-- The first moment at which a synchronised clock showed that the box holds the cycle.
CREATE TABLE proven_receipts (
    cycle_id INTEGER PRIMARY KEY REFERENCES cycles (id),
    proven_at TEXT NOT NULL
) STRICT;
CREATE TRIGGER a_proven_receipt_stays BEFORE UPDATE ON proven_receipts
BEGIN SELECT RAISE(ABORT, 'a receipt is proven once'); END;

CREATE TABLE assessments (
    cycle_id INTEGER NOT NULL REFERENCES cycles (id),
    register TEXT NOT NULL,
    result TEXT NOT NULL,
    reason TEXT NOT NULL,
    rule TEXT,
    anchor_on TEXT,
    lag_days INTEGER,
    release TEXT NOT NULL,
    assessed_at TEXT NOT NULL,
    moved INTEGER NOT NULL DEFAULT 0,
    moved_to TEXT,
    PRIMARY KEY (cycle_id, register)
) STRICT, WITHOUT ROWID;
CREATE INDEX assessments_moved ON assessments (register, cycle_id) WHERE moved = 1;
CREATE TRIGGER the_first_assessment_stays
BEFORE UPDATE OF result, reason, rule, anchor_on, lag_days, release, assessed_at ON assessments
WHEN old.result <> 'not_assessable'
BEGIN SELECT RAISE(ABORT, 'the first assessment is final'); END;

-- The day on which time alone breaks a rule, for the current revision.
CREATE TABLE deadlines (
    cycle_id INTEGER NOT NULL REFERENCES cycles (id),
    rule TEXT NOT NULL,
    due_on TEXT NOT NULL,
    PRIMARY KEY (cycle_id, rule)
) STRICT, WITHOUT ROWID;
CREATE INDEX deadlines_by_day ON deadlines (due_on);

-- Cycles that were turned away, with the last day on which their receipt would be in time.
CREATE TABLE rejected_cycles (
    source TEXT NOT NULL,
    patient_ref TEXT NOT NULL,
    cycle_ref TEXT NOT NULL,
    import_id TEXT NOT NULL REFERENCES imports (id) DEFERRABLE INITIALLY DEFERRED,
    rejected_at TEXT NOT NULL,
    last_day TEXT NOT NULL,
    PRIMARY KEY (source, patient_ref, cycle_ref)
) STRICT, WITHOUT ROWID;
CREATE INDEX rejected_cycles_by_day ON rejected_cycles (last_day);

-- Judging what is stored again after the rules changed: how far it has come, patient by patient in order of id.
CREATE TABLE rechecks (
    number INTEGER PRIMARY KEY,
    release TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    parts TEXT NOT NULL,
    state TEXT NOT NULL,
    last_patient INTEGER NOT NULL,
    reached INTEGER NOT NULL DEFAULT 0,
    patients INTEGER NOT NULL,
    judged INTEGER NOT NULL DEFAULT 0,
    fresh_findings INTEGER NOT NULL DEFAULT 0,
    started_at TEXT NOT NULL,
    ended_at TEXT
) STRICT;
-- The release a later check judged by; without one, that of the import.
ALTER TABLE findings ADD COLUMN judged_by TEXT;
ALTER TABLE findings ADD COLUMN recheck INTEGER REFERENCES rechecks (number);
CREATE INDEX findings_of_a_recheck ON findings (recheck) WHERE recheck IS NOT NULL AND superseded_at IS NULL;
