-- A person who drops a catch-up has decided for now: it is drafted again only when more people have come late.

ALTER TABLE latecomers ADD COLUMN declined bigint NOT NULL DEFAULT 0;
