-- Approval by two people, corrections that know what they correct, and mails outside the accounting.

-- A correction or a retraction is about one earlier notice; NULL locales: its words were wrong in every language.
ALTER TABLE notice
  ADD COLUMN about bigint REFERENCES notice,
  ADD COLUMN about_locales text[],
  ADD COLUMN about_first boolean NOT NULL DEFAULT false;  -- it was the first that anybody heard

-- Before the variant may stand for whom the words are: late_, fresh_, past_, was_..._ (store/correcting.py).
ALTER TABLE content
  DROP CONSTRAINT content_variant_check,
  ADD CONSTRAINT content_variant_check CHECK (variant ~ '^([a-z]+_)*(affected|possibly|both)$');

ALTER TABLE disruption
  DROP CONSTRAINT disruption_ended_as_check,
  ADD CONSTRAINT disruption_ended_as_check CHECK (ended_as ~ '^[a-z]+$');

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
  outcome      text NOT NULL DEFAULT 'open' CHECK (outcome IN ('open', 'accepted', 'refused', 'not_sent', 'unknown')),
  http_status  int,
  x_message_id text,
  said         text,                             -- by the provider, or why nothing left; never an address
  ended_at     timestamptz,
  CHECK ((recipient_id IS NULL) <> (digest IS NULL)),
  CHECK (kind = 'test' OR reason IS NOT NULL)
);
CREATE INDEX single_of_notice ON single (notice_id);
