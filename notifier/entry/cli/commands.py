"""Every command, in the order in which `--help` lists them."""

import typer

from notifier.entry.cli import (
    company,
    demo,
    disruption,
    doctor,
    explain,
    gaps,
    gate,
    processes,
    reading,
    reviews,
    scope,
)


def register(app: typer.Typer) -> None:
    for part in (demo, company, scope, disruption, gate, reading, explain, gaps, reviews, doctor, processes):
        part.register(app)
