-- A trouble has rounds: it fires, is resolved, and may fire again. What was last heard of it is one row; a signal is
-- a change against that row, not whatever was never said in the same words.

ALTER TABLE source
  ADD COLUMN reopen_seconds  int NOT NULL DEFAULT 300,   -- a firing this soon after its end is a late repeat
  ADD COLUMN silence_seconds int,                        -- NULL: it does not repeat itself, silence means nothing
  ADD COLUMN max_age_seconds int NOT NULL DEFAULT 86400, -- what began longer ago is kept, and drafts nothing
  ADD COLUMN drafts_per_hour int NOT NULL DEFAULT 10;    -- what is more waits for its turn

CREATE TABLE trouble (
  source     text NOT NULL,                      -- a source's name, or 'database'
  key        text NOT NULL,                      -- the tool's own, as in signal.dedupe_key
  state      text NOT NULL CHECK (state IN ('firing', 'resolved')),
  round      int NOT NULL,                       -- from 1
  fired      boolean NOT NULL,                   -- false: only the end of this round was heard
  stale      boolean NOT NULL,                   -- it had begun too long ago when this round was first heard
  services   text[] NOT NULL,                    -- slugs
  newest_at  timestamptz,                        -- the newest beginning that this round was said to have
  gone_at    timestamptz,                        -- the newest end that was heard, of any round
  changed_at timestamptz NOT NULL,               -- when state or services were heard first
  heard_at   timestamptz NOT NULL,               -- when they were heard last
  changes    int NOT NULL,                       -- signals so far
  PRIMARY KEY (source, key)
);
CREATE INDEX trouble_unmapped ON trouble (source) WHERE state = 'firing' AND services = '{}';
CREATE INDEX trouble_stale ON trouble (source) WHERE state = 'firing' AND stale;

-- Which troubles a disruption rests on, and what they named when they were counted for it.
CREATE TABLE disruption_trouble (
  disruption_id bigint NOT NULL REFERENCES disruption,
  source        text NOT NULL,
  key           text NOT NULL,
  services      text[] NOT NULL,
  PRIMARY KEY (disruption_id, source, key)
);

-- Deliveries that their sender has named: the same one again changes nothing.
CREATE TABLE posted (
  source       text COLLATE "C" NOT NULL,
  delivery_key text COLLATE "C" NOT NULL,
  received_at  timestamptz NOT NULL,
  PRIMARY KEY (source, delivery_key)
);

-- What a tool cut from its last message about a group; no row: that message was whole.
CREATE TABLE left_out (
  source    text COLLATE "C" NOT NULL,
  group_key text COLLATE "C" NOT NULL,           -- a hash: what the tool calls it may hold anything
  n         bigint NOT NULL,
  heard_at  timestamptz NOT NULL,
  PRIMARY KEY (source, group_key)
);
UPDATE alarm SET cleared_at = now() WHERE starts_with(key, 'left-out:') AND cleared_at IS NULL;

ALTER TABLE signal
  ADD COLUMN round int NOT NULL DEFAULT 1,
  ADD COLUMN judge_after timestamptz NOT NULL DEFAULT '-infinity'; -- later than that: it waits for its turn
DROP INDEX signal_of_trouble;
DROP INDEX signal_unjudged;
CREATE INDEX signal_of_round ON signal (source, dedupe_key, round, signal_id);
CREATE INDEX signal_unjudged ON signal (judge_after, signal_id) WHERE judged_at IS NULL;
-- How much a source has opened lately.
CREATE INDEX disruption_opened ON disruption (opened_by, opened_at);

-- What was heard so far: a key was the tool's own and the beginning, and each beginning is a round.
WITH said AS (
  SELECT signal_id, split_part(dedupe_key, ':', 1) AS key,
         dense_rank() OVER (PARTITION BY source, split_part(dedupe_key, ':', 1) ORDER BY dedupe_key) AS round
  FROM signal WHERE source <> 'database')
UPDATE signal SET dedupe_key = said.key, round = said.round FROM said WHERE said.signal_id = signal.signal_id;

INSERT INTO trouble (source, key, state, round, fired, stale, services, newest_at, gone_at, changed_at, heard_at,
  changes)
SELECT DISTINCT ON (source, dedupe_key) source, dedupe_key,
  CASE WHEN bool_or(state = 'resolved') OVER same THEN 'resolved' ELSE 'firing' END, round,
  bool_or(state = 'firing') OVER same, false, services,
  max(occurred_at) FILTER (WHERE state = 'firing') OVER same,
  max(occurred_at) FILTER (WHERE state = 'resolved') OVER same,
  max(received_at) OVER same, max(received_at) OVER same, count(*) OVER same
FROM signal WINDOW same AS (PARTITION BY source, dedupe_key, round)
ORDER BY source, dedupe_key, round DESC, state, signal_id DESC;

INSERT INTO disruption_trouble (disruption_id, source, key, services)
SELECT disruption_id, source, dedupe_key, array_agg(DISTINCT slug)
FROM signal CROSS JOIN unnest(services) AS slug
WHERE disruption_id IS NOT NULL AND state = 'firing' GROUP BY 1, 2, 3;
