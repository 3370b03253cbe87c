-- Which database this is: whether it is the one that sent, or an older state of it that would send again.

CREATE TABLE installation (
  one               boolean PRIMARY KEY DEFAULT true CHECK (one),
  installation_id   uuid NOT NULL DEFAULT gen_random_uuid(),  -- goes with every request, and comes back in events
  -- Where it stood when it was first used, or when a person last said that this is the one that counts. A physical
  -- copy that is promoted has another timeline, a dump that is restored another database or other tables.
  system_identifier text,
  timeline          text,                        -- NULL, like the above: the role may not ask the server
  database_oid      bigint,
  table_oid         bigint,
  recorded_at       timestamptz
);
INSERT INTO installation DEFAULT VALUES;

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

-- A brake beside the one that a person pulls: its key says which, `why` what a person has to know.
ALTER TABLE brake ADD COLUMN why text;

-- Requests with our id that the provider reports and this database never made: each of them stops everything once.
CREATE TABLE unmade (
  attempt_id uuid PRIMARY KEY,
  first_at   timestamptz NOT NULL
);
