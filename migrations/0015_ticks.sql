-- Which ticks are queued and which run, so that each kind is there at most once whoever rings for it; and which
-- processes live. Both are signs of the machinery, no part of what anybody was told.

CREATE TABLE tick (
  kind       text COLLATE "C" PRIMARY KEY,
  queued_at  timestamptz,                        -- a ring is in the broker since then; NULL: none is
  run_by     uuid,                               -- the process that runs it; it counts only while that process lives
  started_at timestamptz,
  ended_at   timestamptz,                        -- of the last one that did all of its work
  again      boolean NOT NULL DEFAULT false      -- there was news while it ran: it is queued again at its end
);

CREATE TABLE process (
  process_id  uuid PRIMARY KEY,                  -- made anew at every start
  kind        text NOT NULL CHECK (kind IN ('worker', 'ticks', 'beat', 'web')),
  host        text NOT NULL,
  pid         int NOT NULL,
  connections int NOT NULL,                      -- the most that it and what it has forked may hold to this server
  started_at  timestamptz NOT NULL,
  seen_at     timestamptz NOT NULL
);
