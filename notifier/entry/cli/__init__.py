"""The `notifier` command. Each module here holds a few commands: parse, call one action, print.

Only typer is imported at the top: `--help` must answer at once.
"""

import sys
from typing import Annotated

import typer

from notifier.errors import NotifierError

app = typer.Typer(
    name="notifier",
    help="Tell every customer you cut off, once, in their language, before they notice.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if not wanted:
        return
    from importlib.metadata import version

    typer.echo(f"notifier {version('disruption-notifier')}")
    raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What stands before a command."""


def main() -> None:
    """Run the command line; every failure is one sentence and an exit code of the contract."""
    from notifier.entry.cli import all_commands

    if not app.registered_commands:
        all_commands.register(app)
    try:
        app()
    except NotifierError as error:
        typer.echo(str(error), err=True)
        for detail in error.details:
            typer.echo(f"  {detail}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - no traceback reaches a user
        typer.echo(unexpected(error), err=True)
        sys.exit(1)


def unexpected(error: Exception) -> str:
    """One sentence for a defect of ours; the traceback goes to a file that only this user can read."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="notifier-", suffix=".log", delete=False) as details:
        traceback.print_exception(error, file=details)
    return (
        f"Something unexpected happened ({type(error).__name__}), a defect of the notifier: look at what "
        f"`notifier list` says before you repeat the command, and report {details.name}."
    )
