-- Which of a customer's contacts are told: fixed when a disruption is declared, for all of its notices.
ALTER TABLE disruption
  ADD COLUMN roles text[] NOT NULL DEFAULT '{}'        -- empty: all of them; else these, else owners, else any
  CHECK (roles <@ ARRAY['owner', 'technical', 'security', 'billing']);
