-- Whoever is held above a ceiling can be let go: with the words that were approved for them, kept from the freezing.

ALTER TABLE delivery ADD COLUMN content_id bigint;  -- only while held; NULL: they need words that nobody approved

CREATE OR REPLACE FUNCTION delivery_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
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
