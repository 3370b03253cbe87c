-- What is owed: revisions that somebody has proposed, restorations in parts, and what is still out beside an end.

ALTER TABLE scope_revision
  ADD COLUMN proposed boolean NOT NULL DEFAULT false,  -- true until a notice of it is approved: it decides nothing yet
  ADD COLUMN anew boolean NOT NULL DEFAULT false;      -- what was restored before it is out again

ALTER TABLE restoration
  ADD COLUMN timeline_id bigint REFERENCES timeline,   -- the entry that announces it
  ADD COLUMN proposed boolean NOT NULL DEFAULT false;

ALTER TABLE content
  DROP CONSTRAINT content_variant_check,
  ADD CONSTRAINT content_variant_check CHECK (variant IN (
    'affected', 'possibly', 'both',
    'late_affected', 'late_possibly', 'late_both',                   -- late: hears of it now
    'still_affected', 'still_possibly', 'still_both'));              -- still: something ends, something does not

-- When it was last asked who came late and was not told: a question over everybody, too dear for every tick.
CREATE TABLE latecomers (
  disruption_id bigint PRIMARY KEY REFERENCES disruption,
  asked_at      timestamptz NOT NULL
);
