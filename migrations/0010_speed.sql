-- Who can be written to is asked of everybody at once: the few whose address is erased are found without reading
-- the many who have one.
CREATE INDEX recipient_erased ON recipient (recipient_id) WHERE address IS NULL;

-- A person's deliveries are found notice by notice in the unique key; a second index cost each letter of a send.
DROP INDEX delivery_of_person;
