-- Customers who live in the company's own database: what its view showed, and by which copy of it people are told.

ALTER TABLE entitlement
  ADD COLUMN of_view     boolean NOT NULL DEFAULT false, -- the view shows it, or has shown it; else it was imported
  ADD COLUMN vanished_at timestamptz;                    -- the view shows it no longer since then: may be the cut-off
CREATE INDEX entitlement_vanished ON entitlement (vanished_at) WHERE vanished_at IS NOT NULL;

ALTER TABLE disruption
  ADD COLUMN people_from text CHECK (people_from IN ('view', 'snapshot')), -- NULL: customers were imported
  ADD COLUMN people_at   timestamptz,                    -- when the company's database showed them
  ADD CHECK ((people_from IS NULL) = (people_at IS NULL));

CREATE TABLE snapshot (
  snapshot_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  taken_at    timestamptz NOT NULL,
  customers   bigint NOT NULL,
  people      bigint NOT NULL,
  rows_n      bigint NOT NULL
);
CREATE INDEX snapshot_by_time ON snapshot (taken_at);

-- As the view showed them; addresses stand in `recipient` here too. No foreign keys: old ones go whole.
CREATE TABLE snapshot_row (
  snapshot_id  bigint NOT NULL,
  ext_id       text COLLATE "C" NOT NULL,
  name         text,
  recipient_id bigint,
  contact_name text,
  role         text,
  locale       text,
  tz           text,
  service      text COLLATE "C" NOT NULL,
  region       text,
  suspended_at timestamptz,
  attrs        jsonb NOT NULL
);
CREATE INDEX snapshot_row_of_service ON snapshot_row (snapshot_id, service);
