-- Where alarms go beside `notifier list`, as [[alarms]] of the company's file says: never an address, only the names
-- of the variables that hold it.
CREATE TABLE alarm_destination (
  name            text COLLATE "C" PRIMARY KEY,
  body            text NOT NULL,                   -- what it reads: standard, slack, pagerduty
  url_env         text,                            -- NULL: PagerDuty's own address
  secret_env      text,                            -- signs what is sent; several secrets while rotating
  routing_key_env text,                            -- of PagerDuty
  kinds           text[] NOT NULL DEFAULT '{}',    -- which alarms, the part of a key before its colon; empty: all
  least           text NOT NULL DEFAULT 'warning', -- how loud they are at least
  off             boolean NOT NULL DEFAULT false
);

-- What is owed to whom: one row for an alarm and a destination when it is raised, another when it is over.
CREATE TABLE alarm_message (
  message_id  uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  alarm_id    bigint NOT NULL REFERENCES alarm,    -- the one it began with: what comes back at once goes on under it
  destination text COLLATE "C" NOT NULL,           -- a name of above, or on-call, or command
  what        text NOT NULL CHECK (what IN ('raised', 'cleared')),
  state       text NOT NULL DEFAULT 'owed' CHECK (state IN ('owed', 'told', 'withdrawn', 'given_up')),
  owed_at     timestamptz NOT NULL,
  due_at      timestamptz NOT NULL,                -- the next try, not before
  tries       int NOT NULL DEFAULT 0,
  in_flight   boolean NOT NULL DEFAULT false,      -- a try has begun, and nobody has written what came of it
  maybe       boolean NOT NULL DEFAULT false,      -- a try may have arrived although nobody said so
  ended_at    timestamptz,                         -- told, withdrawn or given up
  closed_at   timestamptz,                         -- nothing follows it; NULL: it was raised, its end is owed some day
  UNIQUE (alarm_id, destination, what)
);
CREATE INDEX alarm_message_owed ON alarm_message (destination, due_at) WHERE state = 'owed';
CREATE INDEX alarm_message_given_up ON alarm_message (ended_at) WHERE state = 'given_up';
CREATE INDEX alarm_message_open ON alarm_message (alarm_id) WHERE closed_at IS NULL;

-- What comes back at once goes on under the alarm before it. Never for the one that is open: that has its own.
CREATE INDEX alarm_over ON alarm (key, alarm_id) WHERE cleared_at IS NOT NULL;

-- How each destination does, and the heartbeat: what was told last, what failed last and why.
CREATE TABLE destination_health (
  destination   text COLLATE "C" PRIMARY KEY,
  told_at       timestamptz,
  told          text NOT NULL DEFAULT '',          -- the alarm, as it was told
  failed_at     timestamptz,
  failed_why    text NOT NULL DEFAULT '',          -- never an address or a secret
  failing_since timestamptz,                       -- NULL: the last try succeeded
  failures      int NOT NULL DEFAULT 0,            -- since then
  again_at      timestamptz                        -- nothing goes there before
);
