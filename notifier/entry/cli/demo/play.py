"""`demo`: the Friday-night story to its end on Monday, shown live; ends by itself."""

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    import threading

    from notifier.entry.cli.demo.stage import Terminal
    from notifier.settings import Settings

INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""


def register(app: typer.Typer) -> None:
    app.command(help="A Friday night from the directive to the end, on embedded servers, in half a minute.")(
        demo
    )


def demo() -> None:
    from notifier.entry.cli.commands.processes import until_told
    from notifier.settings import for_demo

    stopping = until_told()
    try:
        _play(for_demo(), stopping)
    except KeyboardInterrupt:
        typer.echo("\nStopped: nothing of the demo runs any more.", err=True)
        raise typer.Exit(INTERRUPTED) from None


def _play(settings: "Settings", stopping: "threading.Event") -> None:
    from contextlib import closing

    from notifier.entry.cli.demo.stage import Terminal

    with closing(Terminal()) as stage:
        _play_on(stage, settings, stopping)


def _play_on(stage: "Terminal", settings: "Settings", stopping: "threading.Event") -> None:
    from notifier.app import opened
    from notifier.entry.cli.demo.ending import ending_lines, verdict_line
    from notifier.entry.tasks import ring
    from notifier.errors import Refused
    from notifier.local.demo import ending, folder, story
    from notifier.local.stack import Stack

    stage.prologue()
    home = folder.make_fresh(settings)
    with (
        Stack(settings, commands=story.SANDBOX_COMMANDS, say=stage.said, stopping=stopping) as stack,
        opened(stack.settings) as app,
    ):
        drive = story.Drive(app, stack, stage, lambda rings: ring(app.settings, rings), stopping)
        read = ending.read_back(app, story.play(drive))
        others = ending.write_files(app, read, home)
        stage.stopping()
    stage.lines(ending_lines(read, home, others))
    if read.problems:
        raise Refused("THE ACCOUNTING DOES NOT HOLD:", details=read.problems)
    stage.lines(verdict_line())
