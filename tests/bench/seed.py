"""N customers by SQL, each with a person of its own; every fiftieth person has two, half of them both services."""

import psycopg

SERVICES = ("fable-5", "mythos-5")
COMPANY = """
[[services]]
slug = "fable-5"
name = "Fable 5"
[[services]]
slug = "mythos-5"
name = "Mythos 5"
[attributes]
nationality = { type = "text", sensitive = true }
plan = "text"
[facts]
company = "Example AI"
phone = "+1 555 0100"
data = "kept"
"""

RECIPIENTS = """
INSERT INTO recipient (address, address_key)
SELECT a, a FROM (SELECT 'person' || i || '@customer' || i %% 1000 || '.example' AS a
                  FROM generate_series(1, %(n)s) i ORDER BY i) x"""
CUSTOMERS = """
INSERT INTO customer (ext_id, name, attrs)
SELECT 'c' || i, 'Customer ' || i || ' Ltd',
       jsonb_build_object('plan', (ARRAY['free', 'team', 'enterprise'])[1 + i %% 3])
       || CASE i %% 10 WHEN 0 THEN '{}' WHEN 1 THEN '{"nationality": "US"}'
          ELSE '{"nationality": "DE"}' END::jsonb
FROM generate_series(1, %(n)s) i ORDER BY i"""
CONTACTS = """
INSERT INTO contact (customer_id, recipient_id, locale, tz, name)
SELECT c, r, (ARRAY['en', 'de', 'ja', NULL])[1 + r %% 4],
       (ARRAY['Europe/Berlin', 'America/New_York', 'Asia/Tokyo'])[1 + r %% 3], 'Person ' || r
FROM (SELECT i AS c, i AS r FROM generate_series(1, %(n)s) i
      UNION ALL SELECT i - 1, i FROM generate_series(50, %(n)s, 50) i) x ORDER BY c, r"""
ENTITLEMENTS = """
INSERT INTO entitlement (customer_id, service_id, region, suspended_at)
SELECT i, s.service_id, 'us', now() FROM generate_series(1, %(n)s) i
JOIN service s ON s.slug = 'fable-5' OR (s.slug = 'mythos-5' AND i %% 2 = 0) ORDER BY 1, 2"""


def seed(database_url: str, n: int) -> None:
    """The tables of customers are empty before; afterwards n people are to be told."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        for statement in (RECIPIENTS, CUSTOMERS, CONTACTS, ENTITLEMENTS):
            connection.execute(statement, {"n": n})
        connection.execute("ANALYZE")
        connection.execute("CHECKPOINT")
