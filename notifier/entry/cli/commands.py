"""Every command, in the order in which `--help` lists them."""

import typer

from notifier.entry.cli import (
    company,
    correct,
    demo,
    disruption,
    docs,
    doctor,
    explain,
    gaps,
    gate,
    holding,
    preview,
    processes,
    reading,
    rescoping,
    reviews,
    scope,
    snapshot,
    templates,
)

TELLING = (demo, company, scope, disruption, correct, rescoping, holding, gate)
ASKING = (reading, explain, gaps, reviews, snapshot, preview, templates, doctor, docs, processes)


def register(app: typer.Typer) -> None:
    for part in (*TELLING, *ASKING):
        part.register(app)
