-- What the company says of an export that it imports again and again: `[imports.NAME]` of its file.
CREATE TABLE import_format (
  name     text COLLATE "C" PRIMARY KEY,
  encoding text,          -- NULL: Unicode, which a file shows by itself
  columns  jsonb NOT NULL -- {a column as the export calls it: as we call it}; an empty name leaves it out
);

-- Numbered deliveries are forgotten by their age.
CREATE INDEX posted_by_time ON posted (received_at);

-- Whoever has left a complete file stays for what these open disruptions have told them, or are about to.
ALTER TABLE entitlement ADD COLUMN kept_for bigint[];
