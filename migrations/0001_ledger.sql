-- The whole ledger. Keys, immutability and transitions are what every later part stands on.
-- Written for PostgreSQL 15 and later without any extension. What it makes can be read in schema.txt.

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
  secret_env       text,                         -- the name of a variable, never its value
  open             boolean NOT NULL DEFAULT false, -- it has no secret: whoever reaches us may post, only drafts
  services         jsonb NOT NULL DEFAULT '{}',  -- how labels of the tool name our services
  announce_ceiling int                           -- NULL: only ever drafts; N: announces to at most N by itself
);

CREATE TABLE attribute (
  name      text COLLATE "C" PRIMARY KEY,
  type      text NOT NULL CHECK (type IN ('text', 'number', 'boolean', 'date', 'timestamp')),
  sensitive boolean NOT NULL DEFAULT false,
  declared  boolean NOT NULL DEFAULT true        -- false: first seen as a column of an import
);

CREATE TABLE company (                           -- what the company says of itself: 'facts', 'policy'
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
-- Who can be written to is asked of everybody at once: the few whose address is erased are found without reading
-- the many who have one.
CREATE INDEX recipient_erased ON recipient (recipient_id) WHERE address IS NULL;

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
  of_view        boolean NOT NULL DEFAULT false, -- the view shows it, or has shown it; else it was imported
  vanished_at    timestamptz,                    -- the view shows it no longer since then: may be the cut-off
  UNIQUE NULLS NOT DISTINCT (customer_id, service_id, region)
);
-- Since when people are cut off is asked at every declaration: one step in the index instead of a million rows.
CREATE INDEX entitlement_cut_off ON entitlement (service_id, suspended_at) WHERE suspended_at IS NOT NULL;
CREATE INDEX entitlement_vanished ON entitlement (vanished_at) WHERE vanished_at IS NOT NULL;

CREATE TABLE suppression (
  recipient_id bigint NOT NULL REFERENCES recipient,
  reason       text NOT NULL CHECK (reason IN ('bounce', 'invalid', 'spam_report', 'unsubscribed', 'manual')),
  source       text NOT NULL,
  at           timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (recipient_id, reason)
);

-- A copy of the audience, for the day on which the company's own database is down.
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

-- ---------------------------------------------------------------- disruptions, and the evidence for them

CREATE TABLE disruption (
  disruption_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reference     text COLLATE "C" NOT NULL UNIQUE,
  mode          text NOT NULL CHECK (mode IN ('live', 'rehearsal')),
  kind          text NOT NULL CHECK (kind IN ('suspension', 'outage', 'degradation', 'maintenance')),
  reason        text NOT NULL CHECK (reason IN ('legal', 'security', 'supplier', 'capacity', 'fault', 'unknown')),
  title         text,                            -- NULL: made from the services, in the reader's language
  services      text[] NOT NULL,                 -- slugs, sorted: what was declared; later scopes are revisions
  -- Which of a customer's contacts are told, in all of its notices. Empty: all; else these, else owners, else any.
  roles         text[] NOT NULL DEFAULT '{}'
                CHECK (roles <@ ARRAY['owner', 'technical', 'security', 'billing']),
  people_from   text CHECK (people_from IN ('view', 'snapshot')), -- NULL: customers were imported
  people_at     timestamptz,                     -- when the company's database showed them
  opened_by     text NOT NULL,                   -- an actor: person:NAME, source:NAME, database
  opened_at     timestamptz NOT NULL,
  declared_at   timestamptz,                     -- NULL: evidence only, a draft nobody has confirmed
  effective_at  timestamptz NOT NULL,
  awaits_cutoff boolean NOT NULL DEFAULT false,  -- nothing leaves before the data shows that somebody is cut off
  declare_key   text COLLATE "C" NOT NULL,
  ended_at      timestamptz,
  ended_as      text CHECK (ended_as ~ '^[a-z]+$'),
  CHECK ((people_from IS NULL) = (people_at IS NULL))
);
-- Enter pressed twice is the same disruption.
CREATE UNIQUE INDEX disruption_declared_once ON disruption (declare_key) WHERE ended_at IS NULL;
CREATE INDEX disruption_open ON disruption (disruption_id) WHERE ended_at IS NULL;

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
  disruption_id bigint REFERENCES disruption,
  UNIQUE (source, delivery_key)
);
CREATE INDEX signal_unjudged ON signal (signal_id) WHERE judged_at IS NULL;
CREATE INDEX signal_of_trouble ON signal (source, dedupe_key);
CREATE INDEX signal_of_disruption ON signal (disruption_id) WHERE disruption_id IS NOT NULL;
CREATE INDEX signal_database ON signal ((services[1]) COLLATE "C", state, signal_id) WHERE source = 'database';

CREATE TABLE scope_revision (
  disruption_id bigint NOT NULL REFERENCES disruption,
  rev           int NOT NULL,
  text          text NOT NULL,                   -- as the person wrote it; never executed
  predicate     jsonb,                           -- NULL: everybody with one of the services
  services      text[] NOT NULL,
  possibly      text NOT NULL CHECK (possibly IN ('include', 'hedge', 'exclude')),
  actor         text NOT NULL,
  at            timestamptz NOT NULL,
  proposed      boolean NOT NULL DEFAULT false,  -- true until a notice of it is approved: it decides nothing yet
  anew          boolean NOT NULL DEFAULT false,  -- what was restored before it is out again
  -- Since when it decides: people whom it put in are told so, where the data does not say since when they are
  -- cut off. NULL: it waits for its approval, or decided from `at` on.
  in_force_at   timestamptz,
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

CREATE TABLE restoration (                       -- what is back, for whom; partial ones too
  restoration_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  disruption_id  bigint NOT NULL REFERENCES disruption,
  rev            int NOT NULL,
  service_id     bigint NOT NULL REFERENCES service,
  predicate      jsonb,
  actor          text NOT NULL,
  at             timestamptz NOT NULL,
  timeline_id    bigint REFERENCES timeline,     -- the entry that announces it
  proposed       boolean NOT NULL DEFAULT false
);
CREATE INDEX restoration_of_disruption ON restoration (disruption_id);

-- ---------------------------------------------------------------- notices: what is said, and who let it

CREATE TABLE notice (
  notice_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  disruption_id bigint NOT NULL REFERENCES disruption,
  seq           int NOT NULL,
  kind          text NOT NULL,
  timeline_id   bigint NOT NULL REFERENCES timeline,
  rev           int NOT NULL,
  only_customer bigint REFERENCES customer,      -- it goes to the people of this one only
  -- A correction or a retraction is about one earlier notice; NULL locales: that was wrong in every language.
  about         bigint REFERENCES notice,
  about_locales text[],
  about_first   boolean NOT NULL DEFAULT false,  -- it was the first that anybody heard
  state         text NOT NULL DEFAULT 'draft'
                CHECK (state IN ('draft', 'approved', 'sending', 'finished', 'held', 'cancelled', 'void')),
  hold_reason   text,                            -- for people
  held_for      text CHECK (held_for IN ('scope', 'provider')), -- where something is decided by it
  replaced      boolean NOT NULL DEFAULT false,  -- cancelled in favour of what follows it
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
  -- Approved beforehand, it leaves by itself at its time, once, unless somebody speaks first.
  go_at         timestamptz,                     -- NULL: it leaves when it is approved
  go_since      timestamptz,                     -- since when its words say that something is out, as approved
  let_go_at     timestamptz,                     -- set once, by the tick that let it go
  resumed_at    timestamptz,
  finished_at   timestamptz,
  sealed_at     timestamptz,                     -- cancelled, its last request known: its digest is entered
  UNIQUE (disruption_id, seq),
  CHECK (let_go_at IS NULL OR go_at IS NOT NULL)
);
CREATE INDEX notice_open ON notice (notice_id) WHERE state IN ('draft', 'approved', 'sending', 'held');
CREATE INDEX notice_waits ON notice (go_at) WHERE go_at IS NOT NULL AND let_go_at IS NULL AND state = 'approved';
CREATE INDEX notice_unsealed ON notice (notice_id) WHERE state = 'cancelled' AND sealed_at IS NULL;

CREATE TABLE content (                           -- frozen words of a notice for those who read the same text
  content_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  notice_id  bigint NOT NULL REFERENCES notice,
  locale     text NOT NULL,
  -- Before the variant may stand for whom the words are: late_ (hears of it now), still_ (something ends,
  -- something does not), fresh_, past_, was_..._ (those of a correction).
  variant    text NOT NULL CHECK (variant ~ '^([a-z]+_)*(affected|possibly|both)$'),
  subject    text NOT NULL,
  text       text NOT NULL,
  html       text NOT NULL,
  tags       int NOT NULL,                       -- placeholders in use: bounds the size of a chunk
  sha256     text NOT NULL,                      -- over logical tag names, not over the nonce
  UNIQUE (notice_id, locale, variant)
);

CREATE TABLE approval (                          -- the audience part names exactly one of list_hash, ceiling
  approval_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  notice_id       bigint NOT NULL REFERENCES notice,
  actor           text NOT NULL,
  at              timestamptz NOT NULL,
  part            text NOT NULL CHECK (part IN ('words', 'audience', 'both')), -- two people may each give a part
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

-- "Wrong for you?": a customer objects, a person looks again, and ends it with release or confirmation.
CREATE TABLE review (
  review_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  disruption_id bigint NOT NULL REFERENCES disruption,
  customer_id   bigint NOT NULL REFERENCES customer,
  asked_by      text NOT NULL,                   -- who objected, by name or role; never an address
  why           text NOT NULL,                   -- what they say; for those who decide, never in a mail or a log
  opened_by     text NOT NULL,                   -- the actor who wrote it down
  opened_at     timestamptz NOT NULL,
  due_at        timestamptz NOT NULL,
  ended_at      timestamptz,
  ended_as      text CHECK (ended_as IN ('released', 'confirmed')),
  ended_by      text,
  ended_why     text,
  notice_id     bigint REFERENCES notice,        -- what that customer's people hear of it; NULL: no mail tells it
  CHECK ((ended_at IS NULL) = (ended_as IS NULL))
);
CREATE UNIQUE INDEX review_open_once ON review (disruption_id, customer_id) WHERE ended_at IS NULL;
CREATE INDEX review_of_customer ON review (customer_id, disruption_id);

-- One request to one address outside every audience: a test, or a marked copy. It names no address.
CREATE TABLE single (
  single_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  attempt_id   uuid NOT NULL UNIQUE,
  notice_id    bigint NOT NULL REFERENCES notice,
  kind         text NOT NULL CHECK (kind IN ('test', 'copy')),
  recipient_id bigint REFERENCES recipient,
  digest       text,                             -- of an address that is no recipient's
  locale       text NOT NULL,
  actor        text NOT NULL,
  reason       text,
  provider     text NOT NULL,
  at           timestamptz NOT NULL,
  outcome      text NOT NULL DEFAULT 'open'
               CHECK (outcome IN ('open', 'accepted', 'refused', 'not_sent', 'unknown')),
  http_status  int,
  x_message_id text,
  said         text,                             -- by the provider, or why nothing left; never an address
  ended_at     timestamptz,
  CHECK ((recipient_id IS NULL) <> (digest IS NULL)),
  CHECK (kind = 'test' OR reason IS NOT NULL)
);
CREATE INDEX single_of_notice ON single (notice_id);
CREATE INDEX single_open ON single (at) WHERE outcome = 'open';

-- ---------------------------------------------------------------- lists: who is told, and why

-- No foreign keys from here to the end of sending: these hold millions of rows, written by one statement each,
-- and their parents are never deleted.

-- Which part of the scope decided is not kept: it follows from the revision of the notice and the values.
CREATE TABLE line (
  notice_id    bigint NOT NULL,
  recipient_id bigint,                           -- NULL: nobody is written to for this line
  customer_id  bigint NOT NULL,
  contact_id   bigint,                           -- a changed address is followed
  service_id   bigint NOT NULL,
  verdict      text NOT NULL CHECK (verdict IN ('affected', 'possibly', 'not')),
  told_as      text NOT NULL CHECK (told_as IN ('none', 'affected', 'possibly', 'released', 'restored')),
  vals         jsonb                             -- what the scope asked for, as it was then
);
CREATE INDEX line_of_person ON line (notice_id, recipient_id);
CREATE INDEX line_of_customer ON line (customer_id, notice_id);

-- Immutable, but root_chunk_id and pos go once from NULL to a value: held above a ceiling, then let go.
-- Partitioned by notice, so that old disruptions can be dropped whole; a unique key partitioned by time would be refused.
CREATE TABLE delivery (
  notice_id     bigint NOT NULL,
  recipient_id  bigint,
  customer_id   bigint,                          -- set where nobody can be written to
  root_chunk_id bigint,
  pos           int,
  vars          jsonb,
  exclusion     text CHECK (exclusion IN ('no_address', 'suppressed')),
  content_id    bigint,                          -- only while held; NULL: they need words that nobody approved
  CHECK ((recipient_id IS NULL) = (customer_id IS NOT NULL)),
  CHECK (recipient_id IS NOT NULL OR exclusion IS NOT NULL),
  CHECK ((root_chunk_id IS NULL) = (pos IS NULL)),
  UNIQUE (notice_id, recipient_id)               -- by it a person's deliveries are found too, notice by notice
) PARTITION BY RANGE (notice_id);
CREATE TABLE delivery_first PARTITION OF delivery FOR VALUES FROM (0) TO (1000);
CREATE TABLE delivery_rest PARTITION OF delivery DEFAULT;
CREATE UNIQUE INDEX delivery_unreachable ON delivery (notice_id, customer_id) WHERE recipient_id IS NULL;
CREATE INDEX delivery_of_chunk ON delivery (notice_id, root_chunk_id, pos);

CREATE FUNCTION delivery_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.root_chunk_id IS NULL AND OLD.exclusion IS NULL
     AND (NEW.notice_id, NEW.recipient_id, NEW.customer_id, NEW.vars, NEW.exclusion, NEW.content_id)
         IS NOT DISTINCT FROM
         (OLD.notice_id, OLD.recipient_id, OLD.customer_id, OLD.vars, OLD.exclusion, OLD.content_id)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a delivery never changes (notice %, recipient %)', OLD.notice_id, OLD.recipient_id;
END $$;
CREATE TRIGGER delivery_is_immutable BEFORE UPDATE ON delivery
  FOR EACH ROW EXECUTE FUNCTION delivery_is_immutable();

-- A list is counted a second time, by the verdicts alone: each range as it is frozen, all of it as it is closed.

CREATE TABLE frozen_range (                      -- what the count of its own found, and the list had as well
  notice_id bigint NOT NULL,
  after     bigint NOT NULL,                     -- people with after < recipient_id <= upto
  upto      bigint NOT NULL,
  people    bigint NOT NULL,
  lines     bigint NOT NULL,
  mark      bigint,                              -- of these lines, in no order; NULL: there are none
  PRIMARY KEY (notice_id, after)
);

CREATE TABLE recount (                           -- what had changed by the time that a list was closed
  notice_id bigint PRIMARY KEY,
  at        timestamptz NOT NULL,
  came      bigint NOT NULL,                     -- people with a usable address
  gone      bigint NOT NULL,
  changed   bigint NOT NULL,
  came_mute bigint NOT NULL,                     -- customers whom nobody can be written to for
  gone_mute bigint NOT NULL
);

-- ---------------------------------------------------------------- sending

-- What runs by the clock finds its rows by an index of few: none of it may cost more as history grows.

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
  tries       int NOT NULL DEFAULT 0,
  again       boolean NOT NULL DEFAULT false,    -- an earlier attempt may have been accepted and is presumed lost
  -- Cancelled, and its people were told nothing: nobody has decided to keep it back, but its letter never arrived
  -- and is not sent any more, because something newer has gone to them, or what it says is no longer true.
  lost        boolean NOT NULL DEFAULT false,
  CHECK (lo < hi),
  CHECK ((state = 'claimed') = (lease_until IS NOT NULL))
);
CREATE INDEX chunk_of_notice ON chunk (notice_id, state);
CREATE INDEX chunk_of_root ON chunk (root_id);
CREATE INDEX chunk_claimed ON chunk (lease_until) WHERE state = 'claimed';
CREATE INDEX chunk_unknown ON chunk (chunk_id) WHERE state = 'unknown';

CREATE TABLE attempt (                           -- what is known of a request is never forgotten
  attempt_id     uuid PRIMARY KEY,
  chunk_id       bigint NOT NULL,
  provider       text NOT NULL,
  n              int NOT NULL,                   -- letters in the request
  skip           int[] NOT NULL DEFAULT '{}',    -- positions left out; their fate is committed first
  again          boolean NOT NULL DEFAULT false, -- sent although an earlier attempt may have been accepted
  claimed_at     timestamptz NOT NULL,
  outcome        text NOT NULL DEFAULT 'open'
                 CHECK (outcome IN ('open', 'accepted', 'refused', 'not_sent', 'unknown', 'presumed_lost')),
  reason         text,
  http_status    int,
  x_message_id   text,
  ended_at       timestamptz,
  first_event_at timestamptz                     -- when the first event about it came: silence is judged by it
);
CREATE INDEX attempt_of_chunk ON attempt (chunk_id);
CREATE INDEX attempt_open ON attempt (claimed_at) WHERE outcome IN ('open', 'unknown');
CREATE INDEX attempt_unanswered ON attempt (claimed_at) WHERE outcome = 'open';
CREATE INDEX attempt_by_time ON attempt (claimed_at);
CREATE INDEX attempt_by_message ON attempt (x_message_id) WHERE x_message_id IS NOT NULL;
CREATE INDEX attempt_heard ON attempt (provider, first_event_at) WHERE first_event_at IS NOT NULL;

CREATE TABLE fate (                              -- highest rank wins, the order of arrival does not matter
  notice_id    bigint NOT NULL,
  recipient_id bigint NOT NULL,
  fate         text NOT NULL CHECK (fate IN
               ('processed', 'deferred', 'delivered', 'dropped', 'bounced', 'rejected', 'suppressed')),
  rank         int NOT NULL,
  at           timestamptz NOT NULL,
  PRIMARY KEY (notice_id, recipient_id)
);
CREATE INDEX fate_refused ON fate (notice_id, at) WHERE fate IN ('rejected', 'dropped', 'bounced');

-- Nobody got it, or it came back: rejected with the request, suppressed, dropped or bounced by the provider.
CREATE FUNCTION never_arrived(fate text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(fate IN ('rejected', 'suppressed', 'dropped', 'bounced'), false)
$$;

-- Where each delivery stands: by its notice, by the one chunk that holds its letter now (a split chunk holds none),
-- and by what became of it. The account is one of those whose sum is the audience (rules.md); NULL: a delivery
-- without its chunk, a fault that no sum may hide.
CREATE VIEW delivery_standing AS
SELECT d.notice_id, n.disruption_id, n.seq, n.kind, n.only_customer, n.state AS notice_state,
  n.ceiling, n.people_n,
  d.recipient_id, d.customer_id, d.exclusion, d.root_chunk_id, d.vars, d.content_id AS held_content_id,
  k.chunk_id, k.state AS chunk_state, k.content_id, k.attempt_id, f.fate, f.at AS fate_at, u.unreachable,
  CASE
    WHEN u.unreachable THEN 'unreachable'
    WHEN k.state = 'accepted' THEN 'told'
    WHEN k.state = 'claimed' THEN 'in_flight'
    WHEN k.state = 'unknown' THEN 'unknown'
    WHEN k.state = 'cancelled' OR n.state = 'cancelled' THEN 'cancelled'
    WHEN d.root_chunk_id IS NULL OR k.state = 'dead' OR n.state = 'held' THEN 'held'
    WHEN k.state = 'due' THEN 'waiting'
  END AS account
FROM delivery d
JOIN notice n ON n.notice_id = d.notice_id
LEFT JOIN chunk k ON k.root_id = d.root_chunk_id AND k.state <> 'split' AND d.pos >= k.lo AND d.pos < k.hi
LEFT JOIN fate f ON f.notice_id = d.notice_id AND f.recipient_id = d.recipient_id
CROSS JOIN LATERAL (SELECT d.exclusion IS NOT NULL OR never_arrived(f.fate) AS unreachable) u;

CREATE TABLE event (
  sg_event_id  text COLLATE "C" NOT NULL,
  occurred_at  timestamptz NOT NULL,
  attempt_id   uuid,
  notice_id    bigint,
  recipient_id bigint,
  kind         text NOT NULL,
  -- Whether the stream of events is alive is told by when they came: after an outage the first are of old
  -- requests.
  received_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (sg_event_id, occurred_at)
) PARTITION BY RANGE (occurred_at);
CREATE TABLE event_rest PARTITION OF event DEFAULT;
CREATE INDEX event_of_attempt ON event (attempt_id, occurred_at);

-- What the provider has signed and nobody could match with a mail of ours: counted, never dropped without a trace.
CREATE TABLE stray (
  day     date NOT NULL,
  why     text NOT NULL,
  kind    text NOT NULL,
  n       bigint NOT NULL,
  last_at timestamptz NOT NULL,
  PRIMARY KEY (day, why, kind)
);

CREATE TABLE provider (                          -- shared by all workers; a row appears with the first trouble
  name          text PRIMARY KEY,
  tokens        double precision,                -- with rate: a token bucket, one token a request
  rate          double precision,                -- requests a second, learned from 429; NULL: no limit known
  refilled_at   timestamptz,
  not_before    timestamptz,                     -- the provider said when to come back
  laters        int NOT NULL DEFAULT 0,          -- how often in a row it said *later*
  later_since   timestamptz,                     -- and since when nothing was taken
  streak        int NOT NULL DEFAULT 0,          -- ambiguous outcomes in a row
  breaker_until timestamptz
);

-- ---------------------------------------------------------------- what stops everything

-- '*': a person has pulled it. Any other key: the product has, because this may not be the database that sent.
CREATE TABLE brake (
  key        text PRIMARY KEY,
  actor      text NOT NULL,
  at         timestamptz NOT NULL,
  why        text,                               -- what a person has to know, where the product pulled it
  -- When the pull was entered in the audit chain. It is the one decision that is committed without its entry, for
  -- it works also where the chain does not; the next tick enters what is missing.
  entered_at timestamptz
);

-- Which database this is: whether it is the one that sent, or an older state of it that would send again.
CREATE TABLE installation (
  one               boolean PRIMARY KEY DEFAULT true CHECK (one),
  installation_id   uuid NOT NULL DEFAULT gen_random_uuid(), -- goes with every request, and comes back in events
  -- Where it stood when it was first used, or when a person last said that this is the one that counts. A physical
  -- copy that is promoted has another timeline, a dump that is restored another database or other tables.
  system_identifier text,
  timeline          text,                        -- NULL, like the above: the role may not ask the server
  database_oid      bigint,
  table_oid         bigint,
  recorded_at       timestamptz
);
INSERT INTO installation DEFAULT VALUES;

-- Requests with our id that the provider reports and this database never made: each of them stops everything once.
CREATE TABLE unmade (
  attempt_id uuid PRIMARY KEY,
  first_at   timestamptz NOT NULL
);

-- Not every role, nor every managed server, answers this: what is not known is NULL, and compares with nothing.
-- The timeline is that of the log which is being written: the control file follows only at the next checkpoint.
CREATE FUNCTION server_now(OUT system_identifier text, OUT timeline text) LANGUAGE plpgsql STABLE AS $$
BEGIN
  BEGIN
    system_identifier := (SELECT c.system_identifier FROM pg_control_system() c);
  EXCEPTION WHEN insufficient_privilege OR undefined_function OR feature_not_supported THEN
    NULL;
  END;
  BEGIN
    timeline := left(pg_walfile_name(pg_current_wal_lsn()), 8);
  EXCEPTION WHEN insufficient_privilege OR undefined_function OR feature_not_supported
                 OR object_not_in_prerequisite_state THEN
    NULL;
  END;
END $$;

-- ---------------------------------------------------------------- what changed

-- What changed in the data that decides who is told: whoever asks again looks at that, not at everybody.
--
-- Triggers write it, in the transaction that changes the data, so that no writer can forget it. Whoever looks
-- keeps the snapshot that it saw (pg_snapshot) and asks next for what that did not show: numbers are given out in
-- another order than they are committed in, and a change that commits late must not be passed over.
CREATE TABLE changed (
  xid          xid8 NOT NULL DEFAULT pg_current_xact_id(),
  at           timestamptz NOT NULL DEFAULT now(),
  customer_id  bigint,                           -- what is known of a customer, or who their contacts are
  recipient_id bigint,                           -- who can be written to or not, or what became of a mail
  notice_id    bigint,                           -- what a notice has told, or has not
  everybody    boolean NOT NULL DEFAULT false,   -- too many at once to name them
  CHECK (num_nonnulls(customer_id, recipient_id, notice_id) = CASE WHEN everybody THEN 0 ELSE 1 END)
);
CREATE INDEX changed_by_xid ON changed (xid);
CREATE INDEX changed_by_time ON changed (at);

CREATE FUNCTION mark_everybody() RETURNS void LANGUAGE sql AS $$
  INSERT INTO changed (everybody)
  SELECT true
  WHERE NOT EXISTS (SELECT FROM changed WHERE xid = pg_current_xact_id() AND everybody)
$$;

CREATE FUNCTION mark_notice(id bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO changed (notice_id)
  SELECT id
  WHERE NOT EXISTS (SELECT FROM changed WHERE xid = pg_current_xact_id() AND notice_id = id)
$$;

-- Of customers a statement marks once. Rows that come or go concern whoever the named columns say.
CREATE FUNCTION mark_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM these OFFSET 10000) THEN
    PERFORM mark_everybody();
    RETURN NULL;
  END IF;
  IF 'customer_id' = ANY (TG_ARGV) THEN
    INSERT INTO changed (customer_id) SELECT DISTINCT customer_id FROM these;
  END IF;
  IF 'recipient_id' = ANY (TG_ARGV) THEN
    INSERT INTO changed (recipient_id) SELECT DISTINCT recipient_id FROM these WHERE recipient_id IS NOT NULL;
  END IF;
  RETURN NULL;
END $$;

-- Rows that are changed concern somebody where what decides is another.
CREATE FUNCTION mark_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM gone OFFSET 10000) THEN
    PERFORM mark_everybody();
    RETURN NULL;
  END IF;
  CASE TG_TABLE_NAME
    WHEN 'customer' THEN
      INSERT INTO changed (customer_id)
      SELECT customer_id
      FROM gone JOIN came USING (customer_id)
      WHERE (gone.ext_id, gone.attrs) IS DISTINCT FROM (came.ext_id, came.attrs);
    WHEN 'entitlement' THEN
      -- When somebody was cut off decides nothing, nor what a view shows no longer; whether they are is what
      -- lets a catch-up go by itself.
      INSERT INTO changed (customer_id)
      SELECT DISTINCT unnest(ARRAY[gone.customer_id, came.customer_id])
      FROM gone JOIN came USING (entitlement_id)
      WHERE (gone.customer_id, gone.service_id, gone.region, gone.attrs, gone.suspended_at IS NULL)
        IS DISTINCT FROM (came.customer_id, came.service_id, came.region, came.attrs, came.suspended_at IS NULL);
    WHEN 'contact' THEN
      -- Whom an address has left is named too: they are no contact of that customer any more.
      WITH other AS MATERIALIZED (
        SELECT gone.customer_id, came.customer_id AS now_of, gone.recipient_id
        FROM gone JOIN came USING (contact_id)
        WHERE (gone.customer_id, gone.recipient_id, gone.role)
          IS DISTINCT FROM (came.customer_id, came.recipient_id, came.role))
      INSERT INTO changed (customer_id, recipient_id)
      SELECT DISTINCT unnest(ARRAY[customer_id, now_of]), NULL::bigint FROM other
      UNION
      SELECT NULL, recipient_id FROM other WHERE recipient_id IS NOT NULL;
    WHEN 'recipient' THEN
      -- An address is erased, or given.
      INSERT INTO changed (recipient_id)
      SELECT recipient_id
      FROM gone JOIN came USING (recipient_id)
      WHERE (gone.address IS NULL) <> (came.address IS NULL);
    WHEN 'suppression' THEN
      INSERT INTO changed (recipient_id)
      SELECT recipient_id FROM gone
      UNION
      SELECT recipient_id FROM came;
  END CASE;
  RETURN NULL;
END $$;

-- Of the ledger only rows that matter run anything: each names whom it concerns.
CREATE FUNCTION mark_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  CASE TG_ARGV[0]
    WHEN 'customer_id' THEN
      INSERT INTO changed (customer_id) VALUES (NEW.customer_id);
    WHEN 'recipient_id' THEN
      INSERT INTO changed (recipient_id) VALUES (NEW.recipient_id);
    WHEN 'notice_id' THEN
      PERFORM mark_notice(NEW.notice_id);
    WHEN 'chunk_id' THEN
      PERFORM mark_notice(notice_id) FROM chunk WHERE chunk_id = NEW.chunk_id;
  END CASE;
  RETURN NULL;
END $$;

-- A new customer is nobody before it has a contact and an entitlement.
CREATE TRIGGER customer_changed AFTER UPDATE ON customer
  REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION mark_changes();

CREATE TRIGGER entitlement_came AFTER INSERT ON entitlement
  REFERENCING NEW TABLE AS these FOR EACH STATEMENT EXECUTE FUNCTION mark_rows('customer_id');
CREATE TRIGGER entitlement_changed AFTER UPDATE ON entitlement
  REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION mark_changes();
CREATE TRIGGER entitlement_gone AFTER DELETE ON entitlement
  REFERENCING OLD TABLE AS these FOR EACH STATEMENT EXECUTE FUNCTION mark_rows('customer_id');

CREATE TRIGGER contact_came AFTER INSERT ON contact
  REFERENCING NEW TABLE AS these FOR EACH STATEMENT EXECUTE FUNCTION mark_rows('customer_id');
CREATE TRIGGER contact_changed AFTER UPDATE ON contact
  REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION mark_changes();
CREATE TRIGGER contact_gone AFTER DELETE ON contact
  REFERENCING OLD TABLE AS these FOR EACH STATEMENT EXECUTE FUNCTION mark_rows('customer_id', 'recipient_id');

CREATE TRIGGER recipient_changed AFTER UPDATE ON recipient
  REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION mark_changes();

CREATE TRIGGER suppression_came AFTER INSERT ON suppression
  REFERENCING NEW TABLE AS these FOR EACH STATEMENT EXECUTE FUNCTION mark_rows('recipient_id');
CREATE TRIGGER suppression_changed AFTER UPDATE ON suppression
  REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION mark_changes();
CREATE TRIGGER suppression_gone AFTER DELETE ON suppression
  REFERENCING OLD TABLE AS these FOR EACH STATEMENT EXECUTE FUNCTION mark_rows('recipient_id');

CREATE TRIGGER review_changed AFTER UPDATE OF ended_as ON review FOR EACH ROW
  WHEN (OLD.ended_as IS DISTINCT FROM NEW.ended_as)
  EXECUTE FUNCTION mark_row('customer_id');

CREATE TRIGGER notice_changed AFTER UPDATE OF state, closed_at ON notice FOR EACH ROW
  WHEN (OLD.state <> NEW.state OR (OLD.closed_at IS NULL) <> (NEW.closed_at IS NULL))
  EXECUTE FUNCTION mark_row('notice_id');

-- A chunk on its usual way (due, claimed, accepted) has told its people, or will.
CREATE TRIGGER chunk_changed AFTER UPDATE OF state, again ON chunk FOR EACH ROW
  WHEN (OLD.again <> NEW.again OR (OLD.state <> NEW.state AND (OLD.state IN ('unknown', 'cancelled', 'dead')
                                                               OR NEW.state IN ('cancelled', 'dead'))))
  EXECUTE FUNCTION mark_row('notice_id');

CREATE TRIGGER attempt_changed AFTER UPDATE OF outcome ON attempt FOR EACH ROW
  WHEN (OLD.outcome <> NEW.outcome AND (OLD.outcome IN ('unknown', 'presumed_lost')
                                        OR NEW.outcome IN ('unknown', 'presumed_lost')))
  EXECUTE FUNCTION mark_row('chunk_id');

CREATE TRIGGER fate_came AFTER INSERT ON fate FOR EACH ROW
  WHEN (never_arrived(NEW.fate))
  EXECUTE FUNCTION mark_row('recipient_id');
CREATE TRIGGER fate_changed AFTER UPDATE OF fate ON fate FOR EACH ROW
  WHEN (OLD.fate <> NEW.fate AND (never_arrived(OLD.fate) OR never_arrived(NEW.fate)))
  EXECUTE FUNCTION mark_row('recipient_id');

-- ---------------------------------------------------------------- who came late

-- How far somebody has looked, and whom they found: to count among everybody is too dear for every tick.
CREATE TABLE latecomers (
  disruption_id bigint PRIMARY KEY REFERENCES disruption,
  asked_at      timestamptz NOT NULL,            -- when it was last asked who came late and was not told
  seen          text,                            -- what the last look saw; NULL: everybody is to be looked at
  seen_at       timestamptz,
  rule          text,                            -- whom it looked for; another rule: everybody is to be looked at
  reached       bigint,                          -- a look at everybody: people up to here; NULL: none is under way
  began         text                             -- what was seen as it began
);

-- Who is late is told one of three things: that it is out, that it is not for them after all, that it is back.
CREATE TABLE late_person (
  disruption_id bigint NOT NULL,
  recipient_id  bigint NOT NULL,
  cut_off       boolean NOT NULL,                -- the data says of all that they are owed that it is out for them
  owes          text NOT NULL CHECK (owes IN ('catch_up', 'released', 'partial')),
  PRIMARY KEY (disruption_id, recipient_id, owes)
);

-- A person has dropped what was drafted for so many; it is drafted again for more.
CREATE TABLE late_declined (
  disruption_id bigint NOT NULL REFERENCES disruption,
  owes          text NOT NULL,
  people        bigint NOT NULL,
  PRIMARY KEY (disruption_id, owes)
);

-- ---------------------------------------------------------------- signs of the machinery, which tell nobody

-- Which ticks are queued and which run, so that each kind is there at most once whoever rings for it.
CREATE TABLE tick (
  kind       text COLLATE "C" PRIMARY KEY,
  queued_at  timestamptz,                        -- a ring is in the broker since then; NULL: none is
  run_by     uuid,                               -- the process that runs it: counts while that process lives
  started_at timestamptz,
  ended_at   timestamptz,                        -- of the last one that did all of its work
  again      boolean NOT NULL DEFAULT false      -- there was news while it ran: it is queued again at its end
);

CREATE TABLE process (                           -- which live
  process_id  uuid PRIMARY KEY,                  -- made anew at every start
  kind        text NOT NULL CHECK (kind IN ('worker', 'ticks', 'beat', 'web')),
  host        text NOT NULL,
  pid         int NOT NULL,
  connections int NOT NULL,                      -- the most that it and what it has forked may hold to this server
  started_at  timestamptz NOT NULL,
  seen_at     timestamptz NOT NULL
);

-- Since when somebody has kept watch without a gap: the clock of an unknown does not run while we were away.
CREATE TABLE vigil (
  who   text PRIMARY KEY CHECK (who IN ('sweeper', 'web')),
  at    timestamptz NOT NULL,
  since timestamptz NOT NULL                     -- -infinity: no gap is known
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

-- Ids only, never addresses; each row names the hash before it. Every decision stands here, and the digest of
-- every notice that is over.
CREATE TABLE audit (
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
