"""Every command, in the order in which `--help` lists them."""

import typer

from notifier.entry.cli.commands import (
    alarms,
    arranging,
    company,
    correct,
    customer,
    docs,
    doctor,
    explain,
    gaps,
    gate,
    holding,
    importing,
    preview,
    processes,
    reading,
    rescoping,
    reviews,
    scope,
    snapshot,
    sources,
    suspend,
    templates,
)
from notifier.entry.cli.demo import play

TELLING = (play, company, importing, scope, suspend, correct, rescoping, holding, gate, arranging)
ASKING = (
    reading,
    customer,
    explain,
    gaps,
    alarms,
    sources,
    reviews,
    snapshot,
    preview,
    templates,
    doctor,
    docs,
    processes,
)


def register(app: typer.Typer) -> None:
    for part in (*TELLING, *ASKING):
        part.register(app)
