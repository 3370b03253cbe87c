-- What we look at ourselves. A probe is a source: its name, its map and its policy stand in `source`, under a
-- dialect that begins with `probe:`, and what it finds is evidence like a tool's.

CREATE TABLE probe (
  name          text COLLATE "C" PRIMARY KEY REFERENCES source (name),
  type          text NOT NULL CHECK (type IN ('http', 'status_page', 'heartbeat', 'sql')),
  asks          jsonb NOT NULL,                  -- what is looked at, as the company's file says; no secret
  host          text NOT NULL DEFAULT '',        -- whom it asks over the network; '': nobody
  every_seconds int NOT NULL,
  fails         int NOT NULL,                    -- so many bad looks in a row make it fire
  recovers      int NOT NULL,                    -- so many good ones end that
  off           boolean NOT NULL DEFAULT false,
  declared_at   timestamptz NOT NULL
);

-- When it is its turn, whose it is at the moment, and what was seen last.
CREATE TABLE probe_run (
  name            text COLLATE "C" PRIMARY KEY REFERENCES probe,
  next_at         timestamptz NOT NULL,
  claim           uuid,                          -- whoever looks at the moment; what another one saw is not written
  leased_until    timestamptz,                   -- after this, whoever looked is dead: it is anybody's turn again
  looked_at       timestamptz,
  outcome         text NOT NULL DEFAULT '' CHECK (outcome IN ('', 'fine', 'trouble', 'unknown')),
  said            text NOT NULL DEFAULT '',      -- what was seen, one line without an address
  reached_at      timestamptz,                   -- somebody at the other end was there
  unreached_since timestamptz,                   -- NULL: the last look reached somebody, or asked nobody
  unknown_since   timestamptz,                   -- NULL: the last look could say something
  memory          jsonb NOT NULL DEFAULT '{}'    -- what makes the next look cheaper: ETag, and what stood there
);
CREATE INDEX probe_run_due ON probe_run (next_at);

-- Looks in a row, for each thing that a probe finds; no row: it is fine.
CREATE TABLE probe_streak (
  name   text COLLATE "C" NOT NULL REFERENCES probe,
  key    text COLLATE "C" NOT NULL,
  bad    int NOT NULL,
  good   int NOT NULL,
  turned int NOT NULL,                           -- looks in a row that saw it as another kind than it was reported as
  firing boolean NOT NULL,                       -- it was reported
  kind   text,                                   -- what it is seen as; NULL: as the source says
  since  timestamptz NOT NULL,
  PRIMARY KEY (name, key)
);

-- What it looked like to whoever saw it; NULL: as its source says.
ALTER TABLE signal ADD COLUMN kind text CHECK (kind IN ('suspension', 'outage', 'degradation', 'maintenance'));
