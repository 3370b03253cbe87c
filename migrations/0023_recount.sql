-- A list is counted a second time, by the verdicts alone: each range as it is frozen, all of it as it is closed.

CREATE TABLE frozen_range (                      -- what the count of its own found, and the list had as well
  notice_id bigint NOT NULL,
  after     bigint NOT NULL,                     -- people with after < recipient_id <= upto
  upto      bigint NOT NULL,
  people    bigint NOT NULL,
  lines     bigint NOT NULL,
  mark      bigint,                              -- of these lines, in no order; NULL: there are none
  PRIMARY KEY (notice_id, after)
);

CREATE TABLE recount (                           -- what had changed by the time that a list was closed
  notice_id   bigint PRIMARY KEY,
  at          timestamptz NOT NULL,
  came        bigint NOT NULL,                   -- people with a usable address
  gone        bigint NOT NULL,
  changed     bigint NOT NULL,
  came_mute   bigint NOT NULL,                   -- customers whom nobody can be written to for
  gone_mute   bigint NOT NULL
);
