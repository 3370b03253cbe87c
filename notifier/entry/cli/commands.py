"""Every command, in the order in which `--help` lists them."""

import typer

from notifier.entry.cli import company, demo, disruption, doctor, gaps, gate, processes, reading, reviews


def register(app: typer.Typer) -> None:
    for part in (demo, company, disruption, gate, reading, gaps, reviews, doctor, processes):
        part.register(app)
