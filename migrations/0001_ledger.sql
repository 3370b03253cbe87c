-- The whole ledger. Keys, immutability and transitions are what every later part stands on.
-- Written for PostgreSQL 15 and later without any extension.

-- ---------------------------------------------------------------- the company's catalogue

CREATE TABLE service (
  service_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug       text COLLATE "C" NOT NULL UNIQUE,
  name       text NOT NULL
);

CREATE TABLE service_dependency (
  service_id bigint NOT NULL REFERENCES service,
  depends_on bigint NOT NULL REFERENCES service,
  PRIMARY KEY (service_id, depends_on),
  CHECK (service_id <> depends_on)
);

CREATE TABLE source (
  source_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name             text COLLATE "C" NOT NULL UNIQUE,
  dialect          text NOT NULL,
  secret_env       text,                        -- the name of a variable, never its value
  services         jsonb NOT NULL DEFAULT '{}', -- how labels of the tool name our services
  announce_ceiling int                          -- NULL: only ever a draft; N: may announce by itself to at most N people
);

CREATE TABLE attribute (
  name      text COLLATE "C" PRIMARY KEY,
  type      text NOT NULL CHECK (type IN ('text', 'number', 'boolean', 'date', 'timestamp')),
  sensitive boolean NOT NULL DEFAULT false,
  declared  boolean NOT NULL DEFAULT true       -- false: first seen as a column of an import
);

CREATE TABLE company (                          -- what the company says of itself: 'facts', 'policy'
  key   text PRIMARY KEY CHECK (key IN ('facts', 'policy')),
  value jsonb NOT NULL
);

-- ---------------------------------------------------------------- customers

-- Addresses stand here and nowhere else: erasing a person is one UPDATE.
CREATE TABLE recipient (
  recipient_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  address      text,                             -- as written; NULL once erased
  address_key  text COLLATE "C" UNIQUE           -- NFC, lower case, IDNA: made in Python only
);

CREATE TABLE customer (
  customer_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ext_id      text COLLATE "C" NOT NULL UNIQUE,  -- the company's own id
  name        text NOT NULL,
  attrs       jsonb NOT NULL DEFAULT '{}'        -- typed by `attribute` at import; an absent key is unknown
);

CREATE TABLE contact (
  contact_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id  bigint NOT NULL REFERENCES customer,
  recipient_id bigint REFERENCES recipient,
  role         text NOT NULL DEFAULT 'owner' CHECK (role IN ('owner', 'technical', 'security', 'billing')),
  locale       text,
  tz           text,
  name         text,
  UNIQUE NULLS NOT DISTINCT (customer_id, recipient_id, role)
);
CREATE INDEX contact_by_recipient ON contact (recipient_id, customer_id);

CREATE TABLE entitlement (
  entitlement_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id    bigint NOT NULL REFERENCES customer,
  service_id     bigint NOT NULL REFERENCES service,
  region         text,
  attrs          jsonb NOT NULL DEFAULT '{}',
  suspended_at   timestamptz,
  UNIQUE NULLS NOT DISTINCT (customer_id, service_id, region)
);
CREATE INDEX entitlement_cut_off ON entitlement (service_id) WHERE suspended_at IS NOT NULL;

CREATE TABLE suppression (
  recipient_id bigint NOT NULL REFERENCES recipient,
  reason       text NOT NULL CHECK (reason IN ('bounce', 'invalid', 'spam_report', 'unsubscribed', 'manual')),
  source       text NOT NULL,
  at           timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (recipient_id, reason)
);

-- ---------------------------------------------------------------- evidence

CREATE TABLE signal (
  signal_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source        text NOT NULL,                   -- a source's name, or 'database'
  dedupe_key    text NOT NULL,                   -- which trouble of that source
  state         text NOT NULL CHECK (state IN ('firing', 'resolved')),
  services      text[] NOT NULL,                 -- slugs
  summary       text NOT NULL DEFAULT '',
  occurred_at   timestamptz NOT NULL,
  delivery_key  text NOT NULL,                   -- the same delivery twice is stored once
  received_at   timestamptz NOT NULL DEFAULT now(),
  judged_at     timestamptz,
  judgement     text,
  disruption_id bigint,
  UNIQUE (source, delivery_key)
);
CREATE INDEX signal_unjudged ON signal (signal_id) WHERE judged_at IS NULL;
CREATE INDEX signal_of_trouble ON signal (source, dedupe_key);
CREATE INDEX signal_of_disruption ON signal (disruption_id) WHERE disruption_id IS NOT NULL;

-- ---------------------------------------------------------------- what is said

CREATE TABLE disruption (
  disruption_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reference     text COLLATE "C" NOT NULL UNIQUE,
  mode          text NOT NULL CHECK (mode IN ('live', 'rehearsal')),
  kind          text NOT NULL CHECK (kind IN ('suspension', 'outage', 'degradation', 'maintenance')),
  reason        text NOT NULL CHECK (reason IN ('legal', 'security', 'supplier', 'capacity', 'fault', 'unknown')),
  title         text,                            -- NULL: made from the services, in the reader's language
  services      text[] NOT NULL,                 -- slugs, sorted: what was declared; later scopes are revisions
  opened_by     text NOT NULL,                   -- an actor: person:NAME, source:NAME, database
  opened_at     timestamptz NOT NULL,
  declared_at   timestamptz,                     -- NULL: evidence only, a draft nobody has confirmed
  effective_at  timestamptz NOT NULL,
  awaits_cutoff boolean NOT NULL DEFAULT false,  -- nothing leaves before the data shows that somebody is cut off
  declare_key   text COLLATE "C" NOT NULL,
  ended_at      timestamptz,
  ended_as      text CHECK (ended_as IN ('restored', 'void'))
);
-- Enter pressed twice is the same disruption.
CREATE UNIQUE INDEX disruption_declared_once ON disruption (declare_key) WHERE ended_at IS NULL;
ALTER TABLE signal ADD FOREIGN KEY (disruption_id) REFERENCES disruption;

CREATE TABLE scope_revision (
  disruption_id bigint NOT NULL REFERENCES disruption,
  rev           int NOT NULL,
  text          text NOT NULL,                   -- as the person wrote it; never executed
  predicate     jsonb,                           -- NULL: everybody with one of the services
  services      text[] NOT NULL,
  possibly      text NOT NULL CHECK (possibly IN ('include', 'hedge', 'exclude')),
  actor         text NOT NULL,
  at            timestamptz NOT NULL,
  PRIMARY KEY (disruption_id, rev)
);

CREATE TABLE timeline (                          -- an update, with its public words
  timeline_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  disruption_id  bigint NOT NULL REFERENCES disruption,
  kind           text NOT NULL,                  -- declared, update, restored, correction, ...
  at             timestamptz NOT NULL,
  actor          text NOT NULL,
  facts          jsonb NOT NULL DEFAULT '{}',
  statements     jsonb NOT NULL DEFAULT '{}',    -- locale -> Markdown
  next_update_at timestamptz
);
CREATE INDEX timeline_of_disruption ON timeline (disruption_id, timeline_id);

CREATE TABLE notice (
  notice_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  disruption_id bigint NOT NULL REFERENCES disruption,
  seq           int NOT NULL,
  kind          text NOT NULL,
  timeline_id   bigint NOT NULL REFERENCES timeline,
  rev           int NOT NULL,
  state         text NOT NULL DEFAULT 'draft'
                CHECK (state IN ('draft', 'approved', 'sending', 'finished', 'held', 'cancelled', 'void')),
  hold_reason   text,
  nonce         text NOT NULL,                   -- makes the placeholder tags unguessable
  words_hash    text,
  rule_hash     text,
  list_hash     text,                            -- set once, when the list closes
  ceiling       int,
  audience_n    bigint NOT NULL DEFAULT 0,       -- people and unreachable customers, counted by the verdict query
  people_n      bigint NOT NULL DEFAULT 0,       -- those of them with a usable address: what a ceiling bounds
  customers_n   bigint NOT NULL DEFAULT 0,
  frozen_upto   bigint NOT NULL DEFAULT 0,       -- recipient_id; the list is frozen in ranges of people
  freeze_asked  timestamptz,                     -- workers may freeze a draft too, so that people approve a list
  closed_at     timestamptz,
  created_at    timestamptz NOT NULL,
  approved_at   timestamptz,
  resumed_at    timestamptz,
  finished_at   timestamptz,
  UNIQUE (disruption_id, seq)
);
CREATE INDEX notice_open ON notice (notice_id) WHERE state IN ('draft', 'approved', 'sending', 'held');

CREATE TABLE approval (                          -- the audience part names exactly one of list_hash, ceiling
  approval_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  notice_id       bigint NOT NULL REFERENCES notice,
  actor           text NOT NULL,
  at              timestamptz NOT NULL,
  part            text NOT NULL CHECK (part IN ('words', 'audience', 'both')),
  words_hash      text,
  rule_hash       text,
  list_hash       text,
  ceiling         int,
  gap             bigint,                        -- the difference between cut off and told that was acknowledged
  override_reason text,
  CHECK (part = 'words' OR (list_hash IS NULL) <> (ceiling IS NULL)),
  CHECK (part = 'audience' OR words_hash IS NOT NULL)
);
CREATE INDEX approval_of_notice ON approval (notice_id);

CREATE TABLE restoration (
  restoration_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  disruption_id  bigint NOT NULL REFERENCES disruption,
  rev            int NOT NULL,
  service_id     bigint NOT NULL REFERENCES service,
  predicate      jsonb,
  actor          text NOT NULL,
  at             timestamptz NOT NULL
);
CREATE INDEX restoration_of_disruption ON restoration (disruption_id);

CREATE TABLE content (                           -- frozen words of a notice for those who read the same text
  content_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  notice_id  bigint NOT NULL REFERENCES notice,
  locale     text NOT NULL,
  variant    text NOT NULL CHECK (variant IN ('affected', 'possibly', 'both',
                                     'late_affected', 'late_possibly', 'late_both')), -- late: hears of it now
  subject    text NOT NULL,
  text       text NOT NULL,
  html       text NOT NULL,
  tags       int NOT NULL,                       -- placeholders in use: bounds the size of a chunk
  sha256     text NOT NULL,                      -- over logical tag names, not over the nonce
  UNIQUE (notice_id, locale, variant)
);

-- ---------------------------------------------------------------- who is told, and why

-- No foreign keys below: these hold millions of rows, written by one statement each, and their parents are
-- never deleted.
CREATE TABLE line (
  notice_id    bigint NOT NULL,
  recipient_id bigint,                           -- NULL: nobody is written to for this line
  customer_id  bigint NOT NULL,
  contact_id   bigint,
  service_id   bigint NOT NULL,
  verdict      text NOT NULL CHECK (verdict IN ('affected', 'possibly', 'not')),
  told_as      text NOT NULL CHECK (told_as IN ('none', 'affected', 'possibly', 'released', 'restored')),
  clause       text,
  vals         jsonb
);
CREATE INDEX line_of_person ON line (notice_id, recipient_id);
CREATE INDEX line_of_customer ON line (customer_id, notice_id);

-- Immutable, but root_chunk_id and pos go once from NULL to a value. Partitioned by notice, so that old
-- disruptions can be dropped whole; a unique key partitioned by time would be refused.
CREATE TABLE delivery (
  notice_id     bigint NOT NULL,
  recipient_id  bigint,
  customer_id   bigint,                          -- set where nobody can be written to
  root_chunk_id bigint,
  pos           int,
  vars          jsonb,
  exclusion     text CHECK (exclusion IN ('no_address', 'suppressed')),
  CHECK ((recipient_id IS NULL) = (customer_id IS NOT NULL)),
  CHECK (recipient_id IS NOT NULL OR exclusion IS NOT NULL),
  CHECK ((root_chunk_id IS NULL) = (pos IS NULL)),
  UNIQUE (notice_id, recipient_id)
) PARTITION BY RANGE (notice_id);
CREATE TABLE delivery_first PARTITION OF delivery FOR VALUES FROM (0) TO (1000);
CREATE TABLE delivery_rest PARTITION OF delivery DEFAULT;
CREATE UNIQUE INDEX delivery_unreachable ON delivery (notice_id, customer_id) WHERE recipient_id IS NULL;
CREATE INDEX delivery_of_chunk ON delivery (notice_id, root_chunk_id, pos);
CREATE INDEX delivery_of_person ON delivery (recipient_id) WHERE recipient_id IS NOT NULL;

CREATE FUNCTION delivery_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.root_chunk_id IS NULL AND OLD.exclusion IS NULL
     AND (NEW.notice_id, NEW.recipient_id, NEW.customer_id, NEW.vars, NEW.exclusion)
         IS NOT DISTINCT FROM (OLD.notice_id, OLD.recipient_id, OLD.customer_id, OLD.vars, OLD.exclusion)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a delivery never changes (notice %, recipient %)', OLD.notice_id, OLD.recipient_id;
END $$;
CREATE TRIGGER delivery_is_immutable BEFORE UPDATE ON delivery
  FOR EACH ROW EXECUTE FUNCTION delivery_is_immutable();

-- ---------------------------------------------------------------- sending

CREATE SEQUENCE chunk_id_seq;
CREATE TABLE chunk (
  chunk_id    bigint PRIMARY KEY DEFAULT nextval('chunk_id_seq'),
  notice_id   bigint NOT NULL,
  content_id  bigint NOT NULL,
  root_id     bigint NOT NULL,                   -- a root's root_id is its own id
  lo          int NOT NULL,                      -- positions lo <= pos < hi of the root
  hi          int NOT NULL,
  state       text NOT NULL DEFAULT 'due'
              CHECK (state IN ('due', 'claimed', 'accepted', 'unknown', 'split', 'dead', 'cancelled')),
  not_before  timestamptz,
  attempt_id  uuid,
  lease_until timestamptz,
  rung_at     timestamptz,
  tries       int NOT NULL DEFAULT 0,
  again       boolean NOT NULL DEFAULT false,    -- an earlier attempt may have been accepted and is presumed lost
  CHECK (lo < hi),
  CHECK ((state = 'claimed') = (lease_until IS NOT NULL))
);
CREATE INDEX chunk_of_notice ON chunk (notice_id, state);
CREATE INDEX chunk_of_root ON chunk (root_id);
CREATE INDEX chunk_claimed ON chunk (lease_until) WHERE state = 'claimed';

CREATE TABLE attempt (
  attempt_id   uuid PRIMARY KEY,
  chunk_id     bigint NOT NULL,
  provider     text NOT NULL,
  n            int NOT NULL,                     -- letters in the request
  skip         int[] NOT NULL DEFAULT '{}',      -- positions left out; their fate is committed first
  again        boolean NOT NULL DEFAULT false,   -- sent although an earlier attempt may have been accepted
  claimed_at   timestamptz NOT NULL,
  outcome      text NOT NULL DEFAULT 'open'
               CHECK (outcome IN ('open', 'accepted', 'refused', 'not_sent', 'unknown', 'presumed_lost')),
  reason       text,
  http_status  int,
  x_message_id text,
  ended_at     timestamptz
);
CREATE INDEX attempt_of_chunk ON attempt (chunk_id);
CREATE INDEX attempt_open ON attempt (claimed_at) WHERE outcome IN ('open', 'unknown');

CREATE TABLE fate (                              -- highest rank wins, the order of arrival does not matter
  notice_id    bigint NOT NULL,
  recipient_id bigint NOT NULL,
  fate         text NOT NULL CHECK (fate IN
               ('processed', 'deferred', 'delivered', 'dropped', 'bounced', 'rejected', 'suppressed')),
  rank         int NOT NULL,
  at           timestamptz NOT NULL,
  PRIMARY KEY (notice_id, recipient_id)
);

CREATE TABLE event (
  sg_event_id  text COLLATE "C" NOT NULL,
  occurred_at  timestamptz NOT NULL,
  attempt_id   uuid,
  notice_id    bigint,
  recipient_id bigint,
  kind         text NOT NULL,
  PRIMARY KEY (sg_event_id, occurred_at)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX event_of_attempt ON event (attempt_id, occurred_at);
CREATE TABLE event_rest PARTITION OF event DEFAULT;

CREATE TABLE brake (                             -- '*' stops everything, 'notice:ID' one notice
  key   text PRIMARY KEY,
  actor text NOT NULL,
  at    timestamptz NOT NULL
);

CREATE TABLE provider (                          -- shared by all workers; a row appears with the first trouble
  name          text PRIMARY KEY,
  tokens        double precision,                -- with rate: a token bucket, one token a request
  rate          double precision,                -- requests a second, learned from 429; NULL: no limit known
  refilled_at   timestamptz,
  not_before    timestamptz,                     -- the provider said when to come back
  streak        int NOT NULL DEFAULT 0,          -- ambiguous outcomes in a row
  breaker_until timestamptz
);

-- ---------------------------------------------------------------- what people must know, and proof

CREATE TABLE alarm (
  alarm_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key           text NOT NULL,
  text          text NOT NULL,                   -- one sentence; no address, no sensitive value
  disruption_id bigint REFERENCES disruption,
  raised_at     timestamptz NOT NULL,
  cleared_at    timestamptz
);
CREATE UNIQUE INDEX alarm_open_once ON alarm (key) WHERE cleared_at IS NULL;

CREATE TABLE audit (                             -- ids only, never addresses; each row names the hash before it
  seq           bigint PRIMARY KEY,
  disruption_id bigint,
  actor         text NOT NULL,
  act           text NOT NULL,
  before        jsonb,
  after         jsonb,
  at            timestamptz NOT NULL,
  prev_hash     text NOT NULL,
  hash          text NOT NULL
);
