-- Who is late is told one of three things: that it is out, that it is not for them after all, that it is back.

ALTER TABLE late_person
  ADD COLUMN owes text NOT NULL DEFAULT 'catch_up' CHECK (owes IN ('catch_up', 'released', 'partial')),
  DROP CONSTRAINT late_person_pkey,
  ADD PRIMARY KEY (disruption_id, recipient_id, owes);
ALTER TABLE late_person ALTER COLUMN owes DROP DEFAULT;

-- A person has dropped what was drafted for so many; it is drafted again for more.
CREATE TABLE late_declined (
  disruption_id bigint NOT NULL REFERENCES disruption,
  owes          text NOT NULL,
  people        bigint NOT NULL,
  PRIMARY KEY (disruption_id, owes)
);
INSERT INTO late_declined SELECT disruption_id, 'catch_up', declined FROM latecomers WHERE declined > 0;
ALTER TABLE latecomers DROP COLUMN declined;
