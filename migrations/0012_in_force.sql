-- Since when a scope decides: people whom it put in are told so, where the data does not say since when they are cut off.

ALTER TABLE scope_revision
  ADD COLUMN in_force_at timestamptz;                    -- NULL: it was never only proposed, or waits for its approval
UPDATE scope_revision SET in_force_at = at WHERE NOT proposed;
