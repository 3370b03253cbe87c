-- Every decision stands in the audit chain, and the digest of every notice that is over.

-- When the pull of the brake was entered there. It is the one decision that is committed without its entry, for
-- it works also where the chain does not; the next tick enters what is missing.
ALTER TABLE brake ADD COLUMN entered_at timestamptz;
UPDATE brake SET entered_at = at;

-- When the digest of a cancelled notice was entered: once its last request is known.
ALTER TABLE notice ADD COLUMN sealed_at timestamptz;
CREATE INDEX notice_unsealed ON notice (notice_id) WHERE state = 'cancelled' AND sealed_at IS NULL;
