-- What changed in the data that decides who is told: whoever asks again looks at that, not at everybody.
--
-- Triggers write it, in the transaction that changes the data, so that no writer can forget it. Whoever looks keeps
-- the snapshot that it saw (pg_snapshot) and asks next for what that did not show: numbers are given out in another
-- order than they are committed in, and a change that commits late must not be passed over.

CREATE TABLE changed (
  xid          xid8 NOT NULL DEFAULT pg_current_xact_id(),
  at           timestamptz NOT NULL DEFAULT now(),
  customer_id  bigint,                           -- what is known of a customer, or who their contacts are
  recipient_id bigint,                           -- whether a person can be written to, or what became of their mail
  notice_id    bigint,                           -- what a notice has told, or has not
  everybody    boolean NOT NULL DEFAULT false,   -- too many at once to name them
  CHECK (num_nonnulls(customer_id, recipient_id, notice_id) = CASE WHEN everybody THEN 0 ELSE 1 END)
);
CREATE INDEX changed_by_xid ON changed (xid);
CREATE INDEX changed_by_time ON changed (at);

CREATE FUNCTION mark_everybody() RETURNS void LANGUAGE sql AS $$
  INSERT INTO changed (everybody) SELECT true WHERE NOT EXISTS
    (SELECT FROM changed WHERE xid = pg_current_xact_id() AND everybody)
$$;

CREATE FUNCTION mark_notice(id bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO changed (notice_id) SELECT id WHERE NOT EXISTS
    (SELECT FROM changed WHERE xid = pg_current_xact_id() AND notice_id = id)
$$;

-- ---------------------------------------------------------------- customers: a statement marks once

-- When somebody was cut off decides nothing, nor what a view shows no longer; whether they are is what lets a
-- catch-up go by itself.
CREATE FUNCTION entitlement_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF EXISTS (SELECT FROM came OFFSET 10000) THEN
      PERFORM mark_everybody();
    ELSE
      INSERT INTO changed (customer_id) SELECT DISTINCT customer_id FROM came;
    END IF;
  ELSIF EXISTS (SELECT FROM gone OFFSET 10000) THEN
    PERFORM mark_everybody();
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO changed (customer_id) SELECT DISTINCT customer_id FROM gone;
  ELSE
    INSERT INTO changed (customer_id) SELECT DISTINCT unnest(ARRAY[gone.customer_id, came.customer_id])
      FROM gone JOIN came USING (entitlement_id)
      WHERE (gone.customer_id, gone.service_id, gone.region, gone.attrs, gone.suspended_at IS NULL)
        IS DISTINCT FROM (came.customer_id, came.service_id, came.region, came.attrs, came.suspended_at IS NULL);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER entitlement_came AFTER INSERT ON entitlement
  REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION entitlement_changed();
CREATE TRIGGER entitlement_changed AFTER UPDATE ON entitlement
  REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION entitlement_changed();
CREATE TRIGGER entitlement_gone AFTER DELETE ON entitlement
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION entitlement_changed();

-- Whom an address has left is named too: they are no contact of that customer any more.
CREATE FUNCTION contact_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF EXISTS (SELECT FROM came OFFSET 10000) THEN
      PERFORM mark_everybody();
    ELSE
      INSERT INTO changed (customer_id) SELECT DISTINCT customer_id FROM came;
    END IF;
  ELSIF EXISTS (SELECT FROM gone OFFSET 10000) THEN
    PERFORM mark_everybody();
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO changed (customer_id) SELECT DISTINCT customer_id FROM gone;
    INSERT INTO changed (recipient_id) SELECT DISTINCT recipient_id FROM gone WHERE recipient_id IS NOT NULL;
  ELSE
    WITH other AS MATERIALIZED (
      SELECT gone.customer_id, came.customer_id AS now_of, gone.recipient_id FROM gone JOIN came USING (contact_id)
      WHERE (gone.customer_id, gone.recipient_id, gone.role)
        IS DISTINCT FROM (came.customer_id, came.recipient_id, came.role))
    INSERT INTO changed (customer_id, recipient_id)
      SELECT DISTINCT unnest(ARRAY[customer_id, now_of]), NULL::bigint FROM other
      UNION SELECT NULL, recipient_id FROM other WHERE recipient_id IS NOT NULL;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER contact_came AFTER INSERT ON contact
  REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION contact_changed();
CREATE TRIGGER contact_changed AFTER UPDATE ON contact
  REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION contact_changed();
CREATE TRIGGER contact_gone AFTER DELETE ON contact
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION contact_changed();

-- A new customer is nobody before it has a contact and an entitlement.
CREATE FUNCTION customer_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM gone OFFSET 10000) THEN
    PERFORM mark_everybody();
  ELSE
    INSERT INTO changed (customer_id) SELECT customer_id FROM gone JOIN came USING (customer_id)
      WHERE (gone.ext_id, gone.attrs) IS DISTINCT FROM (came.ext_id, came.attrs);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER customer_changed AFTER UPDATE ON customer
  REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION customer_changed();

-- An address is erased, or given.
CREATE FUNCTION recipient_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM gone OFFSET 10000) THEN
    PERFORM mark_everybody();
  ELSE
    INSERT INTO changed (recipient_id) SELECT recipient_id FROM gone JOIN came USING (recipient_id)
      WHERE (gone.address IS NULL) <> (came.address IS NULL);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER recipient_changed AFTER UPDATE ON recipient
  REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION recipient_changed();

CREATE FUNCTION suppression_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF EXISTS (SELECT FROM came OFFSET 10000) THEN
      PERFORM mark_everybody();
    ELSE
      INSERT INTO changed (recipient_id) SELECT DISTINCT recipient_id FROM came;
    END IF;
  ELSIF EXISTS (SELECT FROM gone OFFSET 10000) THEN
    PERFORM mark_everybody();
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO changed (recipient_id) SELECT DISTINCT recipient_id FROM gone;
  ELSE
    INSERT INTO changed (recipient_id)
      SELECT recipient_id FROM gone UNION SELECT recipient_id FROM came;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER suppression_came AFTER INSERT ON suppression
  REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION suppression_changed();
CREATE TRIGGER suppression_changed AFTER UPDATE ON suppression
  REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION suppression_changed();
CREATE TRIGGER suppression_gone AFTER DELETE ON suppression
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION suppression_changed();

-- ---------------------------------------------------------------- the ledger: only rows that matter run anything

CREATE FUNCTION review_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO changed (customer_id) VALUES (NEW.customer_id);
  RETURN NULL;
END $$;
CREATE TRIGGER review_changed AFTER UPDATE OF ended_as ON review FOR EACH ROW
  WHEN (OLD.ended_as IS DISTINCT FROM NEW.ended_as) EXECUTE FUNCTION review_changed();

CREATE FUNCTION notice_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM mark_notice(NEW.notice_id);
  RETURN NULL;
END $$;
CREATE TRIGGER notice_changed AFTER UPDATE OF state, closed_at ON notice FOR EACH ROW
  WHEN (OLD.state <> NEW.state OR (OLD.closed_at IS NULL) <> (NEW.closed_at IS NULL))
  EXECUTE FUNCTION notice_changed();

-- A chunk on its usual way (due, claimed, accepted) has told its people, or will.
CREATE TRIGGER chunk_changed AFTER UPDATE OF state, again ON chunk FOR EACH ROW
  WHEN (OLD.again <> NEW.again OR (OLD.state <> NEW.state AND (OLD.state IN ('unknown', 'cancelled', 'dead')
                                                               OR NEW.state IN ('cancelled', 'dead'))))
  EXECUTE FUNCTION notice_changed();

CREATE FUNCTION attempt_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM mark_notice(notice_id) FROM chunk WHERE chunk_id = NEW.chunk_id;
  RETURN NULL;
END $$;
CREATE TRIGGER attempt_changed AFTER UPDATE OF outcome ON attempt FOR EACH ROW
  WHEN (OLD.outcome <> NEW.outcome AND (OLD.outcome IN ('unknown', 'presumed_lost')
                                        OR NEW.outcome IN ('unknown', 'presumed_lost')))
  EXECUTE FUNCTION attempt_changed();

CREATE FUNCTION fate_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO changed (recipient_id) VALUES (NEW.recipient_id);
  RETURN NULL;
END $$;
CREATE TRIGGER fate_came AFTER INSERT ON fate FOR EACH ROW
  WHEN (NEW.fate IN ('rejected', 'suppressed', 'dropped', 'bounced')) EXECUTE FUNCTION fate_changed();
CREATE TRIGGER fate_changed AFTER UPDATE OF fate ON fate FOR EACH ROW
  WHEN (OLD.fate <> NEW.fate AND (OLD.fate IN ('rejected', 'suppressed', 'dropped', 'bounced')
                                  OR NEW.fate IN ('rejected', 'suppressed', 'dropped', 'bounced')))
  EXECUTE FUNCTION fate_changed();

-- ---------------------------------------------------------------- who came late

-- How far somebody has looked, and whom they found: counted here, not among everybody.
ALTER TABLE latecomers
  ADD COLUMN seen      text,                     -- what the last look saw; NULL: everybody is to be looked at
  ADD COLUMN seen_at   timestamptz,
  ADD COLUMN rule      text,                     -- whom it looked for; another rule: everybody is to be looked at
  ADD COLUMN reached   bigint,                   -- a look at everybody: people up to here; NULL: none is under way
  ADD COLUMN began     text;                     -- what was seen as it began

CREATE TABLE late_person (
  disruption_id bigint NOT NULL,
  recipient_id  bigint NOT NULL,
  cut_off       boolean NOT NULL,                -- the data says of all that they are owed that it is out for them
  PRIMARY KEY (disruption_id, recipient_id)
);
