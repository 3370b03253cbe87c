-- What is known of a request is never forgotten, never looked for in all that ever happened, and never dropped.

-- When the first event about an attempt came: silence is judged by it, without reading events. The rest of this
-- file's indexes are for what runs by the clock: none of it may cost more as history grows.
ALTER TABLE attempt ADD COLUMN first_event_at timestamptz;
UPDATE attempt SET first_event_at = e.at
FROM (SELECT attempt_id, min(received_at) AS at FROM event WHERE attempt_id IS NOT NULL GROUP BY 1) e
WHERE attempt.attempt_id = e.attempt_id;
CREATE INDEX attempt_heard ON attempt (provider, first_event_at) WHERE first_event_at IS NOT NULL;
CREATE INDEX attempt_by_time ON attempt (claimed_at);
CREATE INDEX attempt_unanswered ON attempt (claimed_at) WHERE outcome = 'open';
CREATE INDEX attempt_by_message ON attempt (x_message_id) WHERE x_message_id IS NOT NULL;
CREATE INDEX chunk_unknown ON chunk (chunk_id) WHERE state = 'unknown';
CREATE INDEX single_open ON single (at) WHERE outcome = 'open';
CREATE INDEX fate_refused ON fate (notice_id, at) WHERE fate IN ('rejected', 'dropped', 'bounced');
CREATE INDEX disruption_open ON disruption (disruption_id) WHERE ended_at IS NULL;
CREATE INDEX signal_database ON signal ((services[1]) COLLATE "C", state, signal_id) WHERE source = 'database';
DROP INDEX notice_waits;
CREATE INDEX notice_waits ON notice (go_at) WHERE go_at IS NOT NULL AND let_go_at IS NULL AND state = 'approved';

-- Since when somebody has kept watch without a gap: the clock of an unknown does not run while we were away.
CREATE TABLE vigil (
  who   text PRIMARY KEY CHECK (who IN ('sweeper', 'web')),
  at    timestamptz NOT NULL,
  since timestamptz NOT NULL                     -- -infinity: no gap is known
);

-- A provider that says *later*: how often in a row, and since when nothing was taken.
ALTER TABLE provider
  ADD COLUMN laters int NOT NULL DEFAULT 0,
  ADD COLUMN later_since timestamptz;

-- What the provider has signed and nobody could match with a mail of ours: counted, never dropped without a trace.
CREATE TABLE stray (
  day     date NOT NULL,
  why     text NOT NULL,
  kind    text NOT NULL,
  n       bigint NOT NULL,
  last_at timestamptz NOT NULL,
  PRIMARY KEY (day, why, kind)
);
