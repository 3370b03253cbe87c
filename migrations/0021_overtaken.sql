-- What nobody has decided to keep back: a letter that never arrived and is not sent any more, because something
-- newer has gone to its people, or because what it says is no longer true.

ALTER TABLE chunk ADD COLUMN lost boolean NOT NULL DEFAULT false;       -- cancelled so: its people were told nothing
ALTER TABLE notice ADD COLUMN replaced boolean NOT NULL DEFAULT false;  -- cancelled in favour of what follows it
