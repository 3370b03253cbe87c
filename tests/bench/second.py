"""How long a second disruption waits for its first mail while the first sends many.

`python -m tests.bench.second --n 100000 [--latency 0.1]`: real processes, the counting sandbox; the second is
declared once a tenth of the first has left, and is measured from the moment somebody sends it. Beside it the
longest time between two sweeps during the send.
"""

import argparse
import os
import time

import psycopg

from notifier.actions.announce.declare import Wish, suspend
from notifier.actions.control.approve import Consent
from notifier.app import opened
from notifier.entry.tasks import ring
from notifier.model.act import Act
from notifier.model.vocabulary import Reason
from tests.bench import seed
from tests.bench.run import sandbox, stack

SECOND_PEOPLE = 5_000
URGENT = f"plan = 'team' AND seats <= {SECOND_PEOPLE}"
COMPANY = seed.COMPANY.replace('plan = "text"', 'plan = "text"\nseats = "number"')
NUMBERED = (
    "UPDATE customer SET attrs = attrs || jsonb_build_object('seats', customer_id) WHERE customer_id <= %s"
)
OTHER = """
INSERT INTO entitlement (customer_id, service_id, region)
SELECT customer_id, service_id, 'us' FROM customer, service WHERE slug = 'opus-5' AND customer_id <= %s"""


def told(connection: psycopg.Connection, disruption: int) -> int:
    return connection.execute(
        "SELECT coalesce(sum(a.n), 0) FROM attempt a JOIN chunk USING (chunk_id) JOIN notice USING (notice_id)"
        " WHERE disruption_id = %s AND outcome = 'accepted'",
        (disruption,),
    ).fetchall()[0][0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=100_000)
    parser.add_argument("--latency", type=float, default=0.1)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    seed.COMPANY = COMPANY + '[[services]]\nslug = "opus-5"\nname = "Opus 5"\n'
    with sandbox(given.latency) as url, stack(url, given.workers) as running:
        database = running.settings.database_url or ""
        seed.seed(database, given.n)
        with psycopg.connect(database, autocommit=True) as connection, opened(running.settings) as app:
            connection.execute(NUMBERED, (2 * SECOND_PEOPLE,))
            connection.execute(OTHER, (2 * SECOND_PEOPLE,))

            def declare(services: tuple[str, ...], where: str | None) -> float:
                wish = Wish(services, Reason.LEGAL, rehearse=True, where=where)
                done = suspend(
                    app.db, app.writer, Act("person:bench", app.clock.now()), wish, Consent(yes=True)
                )
                assert done.gate.approved, done.gate.refusal
                ring(running.settings, done.gate.rings)
                return time.time()

            first = declare(seed.SERVICES, None)
            (a,) = connection.execute("SELECT max(disruption_id) FROM disruption").fetchall()[0]
            while told(connection, a) < given.n / 10:
                time.sleep(0.05)
            second = declare(("opus-5",), URGENT)
            (b,) = connection.execute("SELECT max(disruption_id) FROM disruption").fetchall()[0]
            done, gap, last = 0.0, 0.0, None
            while told(connection, a) < given.n:
                if (
                    not done
                    and connection.execute(
                        "SELECT FROM notice WHERE disruption_id = %s AND state = 'finished'", (b,)
                    ).fetchall()
                ):
                    done = time.time()
                rows = connection.execute(
                    "SELECT extract(epoch FROM ended_at)::float8 FROM tick WHERE kind = 'sweep'"
                ).fetchall()
                if rows and rows[0][0] and rows[0][0] != last:
                    gap = max(gap, rows[0][0] - (last or rows[0][0]))
                    last = rows[0][0]
                time.sleep(0.1)
            over = time.time()
            (posted, ended, last_mail) = connection.execute(
                "SELECT extract(epoch FROM min(claimed_at))::float8, extract(epoch FROM min(ended_at))::float8,"
                " extract(epoch FROM max(ended_at))::float8"
                " FROM attempt JOIN chunk USING (chunk_id) JOIN notice USING (notice_id) WHERE disruption_id = %s",
                (b,),
            ).fetchall()[0]
    print(
        f"{given.n:,} people, latency {given.latency:g} s, {given.workers} workers, load {os.getloadavg()[0]:.1f}"
    )
    print(f"  first disruption took {over - first:.1f} s")
    print(
        f"  second: first request {posted - second:.2f} s after it was sent, accepted {ended - second:.2f} s"
    )
    print(f"  second: last mail accepted {last_mail - second:.2f} s after it was sent")
    print(f"  second: finished {done - second:.2f} s after it was sent, the first still under way" if done else
          "  second: not finished before the first")  # fmt: skip
    print(f"  longest time between two sweeps {gap:.1f} s")


if __name__ == "__main__":
    main()
