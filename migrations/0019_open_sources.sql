-- Whoever reaches us may post to a source without a secret: its company says so, and then it only ever drafts.
-- Those that had none before were open already, and go on.

ALTER TABLE source ADD COLUMN open boolean NOT NULL DEFAULT false;
UPDATE source SET open = true WHERE secret_env IS NULL;
