"""Where the company lets alarms go: `[[alarms]]` of its file."""

from dataclasses import dataclass

from notifier.store import Tx, many, run, select_from


@dataclass(frozen=True, slots=True)
class DeclaredDestination:
    """Names of variables, never what they hold."""

    name: str
    body: str
    url_env: str | None
    secret_env: str | None
    routing_key_env: str | None
    kinds: list[str]
    """Sorted; empty: all."""
    least: str
    off: bool


def declared(tx: Tx) -> list[DeclaredDestination]:
    return many(
        tx,
        DeclaredDestination,
        select_from(DeclaredDestination, "alarm_destination") + " ORDER BY name",
    )


def put(tx: Tx, wanted: DeclaredDestination) -> None:
    run(
        tx,
        """
INSERT INTO alarm_destination (name, body, url_env, secret_env, routing_key_env, kinds, least, off)
VALUES (%(name)s, %(body)s, %(url)s, %(secret)s, %(routing_key)s, %(kinds)s, %(least)s, %(off)s)
ON CONFLICT (name) DO UPDATE SET body = excluded.body, url_env = excluded.url_env,
  secret_env = excluded.secret_env, routing_key_env = excluded.routing_key_env, kinds = excluded.kinds,
  least = excluded.least, off = excluded.off""",
        name=wanted.name,
        body=wanted.body,
        url=wanted.url_env,
        secret=wanted.secret_env,
        routing_key=wanted.routing_key_env,
        kinds=wanted.kinds,
        least=wanted.least,
        off=wanted.off,
    )
