-- What each tool last posted, what of its posts was refused, and what nobody here understood.

CREATE TABLE source_post (
  source          text COLLATE "C" PRIMARY KEY,  -- its name
  posted_at       timestamptz,                   -- the last post that was its own
  said            text NOT NULL DEFAULT '',      -- what that post said, in a few words of ours
  refused_at      timestamptz,                   -- the last post that was refused
  refused_why     text NOT NULL DEFAULT '',
  strange         bigint NOT NULL DEFAULT 0,     -- how many of its own posts were not understood, in whole or in part
  strange_at      timestamptz
);

-- What was not understood, for people to look at: the newest few of each source, addresses taken out.
CREATE TABLE kept_post (
  kept_post_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source       text COLLATE "C" NOT NULL,
  received_at  timestamptz NOT NULL,
  why          text NOT NULL,
  body         text NOT NULL                     -- its beginning
);
CREATE INDEX kept_post_of_source ON kept_post (source, kept_post_id);
