"""Statements about few rows of big tables, while nobody has counted them."""

from notifier.store import Tx, run

FEW_ROWS = """
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
       set_config('enable_mergejoin', 'off', true), set_config('max_parallel_workers_per_gather', '0', true),
       set_config('jit', 'off', true)"""


def plan_for_few(tx: Tx) -> None:
    """For this transaction: by indexes, one row after the other.

    A list grows faster than its statistics: the planner took one chunk for an eighth of a million people, and
    read all recipients up to them, or started parallel workers for a thousand rows.
    """
    run(tx, FEW_ROWS)
