-- From evidence to a verdict: how much it takes, what it may lead to at most, and what people make of its drafts.

-- On which terms evidence counts for a service.
ALTER TABLE service
  ADD COLUMN needs            int,                       -- so many witnesses must report it; NULL: nobody has said
  ADD COLUMN witnesses        text[] NOT NULL DEFAULT '{}', -- sources that count; none named: all
  ADD COLUMN after_seconds    int,                       -- or one of them for so long; NULL: nobody has said
  ADD COLUMN may              text NOT NULL DEFAULT 'announce' CHECK (may IN ('record', 'draft', 'announce')),
  ADD COLUMN announce_ceiling int;                       -- to at most so many people, whatever a source may

ALTER TABLE source
  ADD COLUMN after_seconds int,                          -- what it reports counts once it has done so for so long
  ADD COLUMN may           text NOT NULL DEFAULT 'announce' CHECK (may IN ('record', 'draft', 'announce'));

ALTER TABLE trouble ADD COLUMN repeats int NOT NULL DEFAULT 0; -- how often this round was only said again
-- Who says that a service is out, or said so until a moment ago and comes back again and again.
CREATE INDEX trouble_about ON trouble USING gin (services) WHERE state = 'firing' OR round >= 3;

ALTER TABLE disruption
  ADD COLUMN merged_into bigint REFERENCES disruption,   -- this draft ended, its evidence stands there
  ADD COLUMN split_from  bigint REFERENCES disruption,
  ADD COLUMN follows     bigint REFERENCES disruption,   -- one that told people: only a person lets this draft go
  ADD COLUMN without     text[] NOT NULL DEFAULT '{}',   -- slugs that a person took out: evidence puts none back
  ADD COLUMN arranged_by text,                           -- who merged or split it last
  ADD COLUMN arranged_at timestamptz,
  ADD COLUMN reopened_at timestamptz;                    -- its evidence had gone away, and came back
CREATE INDEX disruption_ended ON disruption (ended_at) WHERE ended_at IS NOT NULL;

-- A person has arranged what a draft is about, and it still rests on evidence alone.
ALTER TABLE scope_revision ADD COLUMN by_evidence boolean NOT NULL DEFAULT false;
