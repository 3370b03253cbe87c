-- Whether the stream of events is alive is told by when they came: after an outage the first tell of old requests.

ALTER TABLE event ADD COLUMN received_at timestamptz NOT NULL DEFAULT now();
