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
  notice_id     bigint REFERENCES notice,        -- what that customer's people hear of it; NULL: nobody was told by mail
  CHECK ((ended_at IS NULL) = (ended_as IS NULL))
);
CREATE UNIQUE INDEX review_open_once ON review (disruption_id, customer_id) WHERE ended_at IS NULL;
CREATE INDEX review_of_customer ON review (customer_id, disruption_id);

-- A notice to the people of one customer only.
ALTER TABLE notice ADD COLUMN only_customer bigint REFERENCES customer;
