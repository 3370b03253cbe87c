-- How to call a customer whom no mail reaches: for the call list, and shown nowhere else.
ALTER TABLE customer ADD COLUMN phone text;     -- several numbers with commas between, each with whose it is
ALTER TABLE snapshot_row ADD COLUMN phone text; -- as the view showed it
