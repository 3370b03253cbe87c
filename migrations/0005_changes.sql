-- Whom a change concerns, without joining the rows before to the rows after: the plan of such a join was made at a
-- session's first change, of no row or of one, and kept for ten thousand.
CREATE OR REPLACE FUNCTION mark_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM gone OFFSET 10000) THEN
    PERFORM mark_everybody();
    RETURN NULL;
  END IF;
  -- What decides and stands in both is there twice; once is there what was, or what is.
  CASE TG_TABLE_NAME
    WHEN 'customer' THEN
      INSERT INTO changed (customer_id)
      SELECT DISTINCT customer_id
      FROM (SELECT customer_id, ext_id, attrs FROM gone
            UNION ALL
            SELECT customer_id, ext_id, attrs FROM came) each_
      GROUP BY customer_id, ext_id, attrs HAVING count(*) = 1;
    WHEN 'entitlement' THEN
      -- When somebody was cut off decides nothing, nor what a view shows no longer; whether they are is what
      -- lets a catch-up go by itself.
      INSERT INTO changed (customer_id)
      SELECT DISTINCT customer_id
      FROM (SELECT entitlement_id, customer_id, service_id, region, attrs, suspended_at IS NULL AS has FROM gone
            UNION ALL
            SELECT entitlement_id, customer_id, service_id, region, attrs, suspended_at IS NULL FROM came) each_
      GROUP BY entitlement_id, customer_id, service_id, region, attrs, has HAVING count(*) = 1;
    WHEN 'contact' THEN
      -- Whom an address has left is named too: they are no contact of that customer any more.
      WITH other AS MATERIALIZED (
        SELECT customer_id, recipient_id, bool_or(was) AS was
        FROM (SELECT contact_id, customer_id, recipient_id, role, true AS was FROM gone
              UNION ALL
              SELECT contact_id, customer_id, recipient_id, role, false FROM came) each_
        GROUP BY contact_id, customer_id, recipient_id, role HAVING count(*) = 1)
      INSERT INTO changed (customer_id, recipient_id)
      SELECT DISTINCT customer_id, NULL::bigint FROM other
      UNION
      SELECT NULL, recipient_id FROM other WHERE was AND recipient_id IS NOT NULL;
    WHEN 'recipient' THEN
      -- An address is erased, or given.
      INSERT INTO changed (recipient_id)
      SELECT DISTINCT recipient_id
      FROM (SELECT recipient_id, address IS NULL AS erased FROM gone
            UNION ALL
            SELECT recipient_id, address IS NULL FROM came) each_
      GROUP BY recipient_id, erased HAVING count(*) = 1;
    WHEN 'suppression' THEN
      INSERT INTO changed (recipient_id)
      SELECT recipient_id FROM gone
      UNION
      SELECT recipient_id FROM came;
  END CASE;
  RETURN NULL;
END $$;
