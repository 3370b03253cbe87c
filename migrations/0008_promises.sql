-- A notice that was approved beforehand leaves by itself at its time, once, unless somebody speaks first.

ALTER TABLE notice
  ADD COLUMN go_at timestamptz,                  -- NULL: it leaves when it is approved
  ADD COLUMN go_since timestamptz,               -- since when its words say that something is out, as approved
  ADD COLUMN let_go_at timestamptz,              -- set once, by the tick that let it go
  ADD CONSTRAINT notice_let_go_check CHECK (let_go_at IS NULL OR go_at IS NOT NULL);
CREATE INDEX notice_waits ON notice (go_at) WHERE go_at IS NOT NULL AND let_go_at IS NULL;
