"""A company's own database, not made for us: customers, addresses, cities and countries, as in an ordinary shop.

Modelled after the shape of Pagila (customer -> address -> city -> country), with made-up rows; and the view that
shows it to the notifier, read by a role that may do nothing else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from notifier.local import postgres
from notifier.local.sockets import socket_folder

SCHEMA = """
CREATE TABLE country (country_id int PRIMARY KEY, country text NOT NULL, iso char(2));
CREATE TABLE city (city_id int PRIMARY KEY, city text NOT NULL, country_id int NOT NULL REFERENCES country);
CREATE TABLE address (address_id int PRIMARY KEY, address text NOT NULL, district text, phone text,
                      city_id int NOT NULL REFERENCES city);
CREATE TABLE customer (customer_id int PRIMARY KEY, first_name varchar(45) NOT NULL,
                       last_name varchar(45) NOT NULL, email varchar(50), address_id int REFERENCES address,
                       active int NOT NULL DEFAULT 1, create_date date NOT NULL DEFAULT '2026-01-01');
CREATE TABLE subscription (subscription_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                           customer_id int NOT NULL REFERENCES customer ON DELETE CASCADE,
                           product varchar(20) NOT NULL, blocked_on timestamptz, seats int);
"""
VIEW = """
CREATE VIEW notifier_audience AS
SELECT c.customer_id::text                   AS customer,
       c.first_name || ' ' || c.last_name    AS name,
       c.email,
       c.first_name || ' ' || c.last_name    AS contact_name,
       'owner'::text                         AS role,
       CASE n.iso WHEN 'DE' THEN 'de' ELSE 'en' END AS locale,
       NULL::text                            AS timezone,
       s.product                             AS service,
       NULL::text                            AS region,
       s.blocked_on                          AS suspended_at,
       jsonb_build_object('country', n.iso, 'seats', s.seats, 'since', c.create_date) AS attrs
FROM customer c
JOIN subscription s USING (customer_id)
LEFT JOIN address a USING (address_id)
LEFT JOIN city t USING (city_id)
LEFT JOIN country n USING (country_id)
"""
COUNTRIES = ("US", "DE", "JP", "GB")


@dataclass(frozen=True)
class Shop:
    admin_url: str
    url: str
    """As the restricted role."""
    view: str = VIEW

    @property
    def role(self) -> str:
        return self.url.rpartition("user=")[2]

    def run(self, statement: str, *params: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            cursor = connection.execute(statement, params)  # pyright: ignore[reportArgumentType]
            return cursor.fetchall() if cursor.description is not None else []

    def begin_anew(self) -> None:
        """Without customers, and as it shows them at first."""
        self.run("DROP VIEW IF EXISTS notifier_audience")
        self.run("DROP TABLE IF EXISTS subscription, customer, address, city, country")
        self.run(SCHEMA)
        for number, iso in enumerate(COUNTRIES):
            self.run("INSERT INTO country VALUES (%s, %s, %s)", number + 1, f"Country {iso}", iso)
            self.run("INSERT INTO city VALUES (%s, %s, %s)", number + 1, f"City of {iso}", number + 1)
        if self.view:
            self.run(self.view)
            self.run(f"GRANT SELECT ON notifier_audience TO {self.role}")

    def people(self, n: int, product: str = "fable-5", first: int = 1) -> None:
        """`n` customers, each in one of four countries in turn; every fifth of unknown country."""
        self.run(
            "INSERT INTO address SELECT i, i || ' Long Road', NULL, NULL, i %% 4 + 1"
            " FROM generate_series(%s::int, %s::int) i WHERE i %% 5 > 0",
            first, first + n - 1,
        )  # fmt: skip
        self.run(
            "INSERT INTO customer SELECT i, 'Ann', 'Nr. ' || i, 'ann' || i || '@example.com',"
            " CASE WHEN i %% 5 > 0 THEN i END FROM generate_series(%s::int, %s::int) i",
            first, first + n - 1,
        )  # fmt: skip
        self.run(
            "INSERT INTO subscription (customer_id, product, seats) SELECT i, %s, i"
            " FROM generate_series(%s::int, %s::int) i",
            product, first, first + n - 1,
        )  # fmt: skip

    def country(self, customer: int) -> str | None:
        return None if customer % 5 == 0 else COUNTRIES[customer % 4]


@contextmanager
def a_shop(home: Path, name: str, view: str = VIEW) -> Iterator[Shop]:
    """Beside our own database on the embedded server, but another database, and reached by another role."""
    admin = postgres.url(home, name)
    role = f"reader_{name}"
    url = f"postgresql:///{name}?host={quote(str(socket_folder(home)))}&user={role}"
    shop = Shop(admin, url, view)
    with psycopg.connect(postgres.url(home, "postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}".encode())
        server.execute(f"CREATE ROLE {role} LOGIN".encode())
        try:
            shop.begin_anew()
            yield shop
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
            server.execute(f"DROP ROLE {role}".encode())
