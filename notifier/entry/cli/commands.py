"""Every command, by name, in the order in which `--help` lists them."""

import typer


def register(_app: typer.Typer) -> None:
    """Nothing yet."""
