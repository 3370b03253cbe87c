"""`up`, `migrate`, and the processes of a real deployment: `worker`, `beat`, `web`, `sandbox`."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from notifier.local.stack import Stack
    from notifier.settings import Settings


def register(app: typer.Typer) -> None:
    for command in (up, migrate, worker, beat, web, sandbox):
        app.command()(command)


def up(workers: Annotated[int, typer.Option(min=1, max=64, help="How many worker processes.")] = 2) -> None:
    """Run everything on embedded servers until Ctrl-C: Postgres, broker, sandbox, workers, beat, web."""
    from notifier.errors import BadInput
    from notifier.local.stack import Stack
    from notifier.settings import from_env

    settings = from_env()
    if settings.database_url is not None:
        raise BadInput(
            "NOTIFIER_DATABASE_URL is set, and `up` brings a database of its own: unset it, "
            "or start `notifier worker`, `notifier beat` and `notifier web`."
        )
    stopping = until_told()
    try:
        with Stack(settings, workers=workers, say=_say, stopping=stopping) as stack:
            for line in greeting(stack, workers):
                typer.echo(line)
            stopping.wait()
            typer.echo("Stopping: what is being sent is finished first.")
    except KeyboardInterrupt:
        return  # told to stop while it was starting; everything started is stopped by now


def migrate() -> None:
    """Bring the schema of the database up to this version."""
    from notifier.local.endpoints import attached
    from notifier.settings import data_folder, from_env
    from notifier.store.migrate import migrate as bring_up

    with attached(from_env(), migrated=False) as settings:
        assert settings.database_url is not None, "attached settings name a database"
        applied = bring_up(settings.database_url, data_folder("migrations"))
    for name in applied:
        typer.echo(f"applied {name}")
    typer.echo("The schema is up to date.")


def worker() -> None:
    """Freeze lists and send, and run the ticks beside it, until SIGTERM; mails in flight are finished."""
    from notifier.entry.worker import run_worker

    run_worker(deployed())


def beat() -> None:
    """Ring regularly for whatever is due. Two at once do no harm."""
    from notifier.entry.beat import run_beat

    run_beat(deployed())


def web() -> None:
    """Serve hooks, events and health on NOTIFIER_PORT."""
    from notifier.entry.web import serve

    serve(deployed())


def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")] = 8026,
    key: Annotated[str, typer.Option(help="The API key that it accepts.")] = "SG.sandbox",
    latency: Annotated[float, typer.Option(min=0, help="Seconds before each answer.")] = 0.0,
    counting: Annotated[bool, typer.Option(help="Count mails, keep none: for load tests.")] = False,
    event_key: Annotated[
        Path | None, typer.Option(help="File with the key that signs events; made if missing.")
    ] = None,
    events_to: Annotated[str | None, typer.Option(help="Where events go: .../events/sendgrid.")] = None,
) -> None:
    """Stand in for SendGrid's mail/send: whatever it accepts is kept and shown, and reaches nobody."""
    from notifier.local.sandbox.server import serve

    serve(port=port, key=key, latency=latency, counting=counting, event_key=event_key, events_to=events_to)


def deployed() -> "Settings":
    """Settings of a process that stands alone: `up` gives them to its children, a deployment sets them.

    It may start before its database answers; one that answers and was made before 0.1.0 is refused.
    """
    import contextlib

    from notifier.errors import Unreachable
    from notifier.settings import from_env
    from notifier.store import one_transaction
    from notifier.store.migrate import refuse_made_before

    settings = from_env()
    if settings.database_url is None or settings.broker_url is None:
        raise Unreachable(
            "NOTIFIER_DATABASE_URL and NOTIFIER_BROKER_URL are not both set: set them, "
            "or let `notifier up` run everything on embedded servers."
        )
    with contextlib.suppress(Unreachable), one_transaction(settings.database_url) as tx:
        refuse_made_before(tx)
    return settings


def greeting(stack: "Stack", workers: int) -> list[str]:
    """What is true once everything runs."""
    settings = stack.settings
    mode = (
        f"LIVE: mail goes out through {settings.sendgrid_url}. A rehearsal goes to the sandbox."
        if settings.sendgrid_key
        else "REHEARSALS ONLY: SENDGRID_API_KEY is not set, so no mail leaves this machine."
    )
    return [
        mode,
        f"web      {stack.web_url}",
        f"sandbox  {settings.sandbox_url}/messages",
        f"running  Postgres, broker, beat, workers: {workers}; data and logs in {settings.home}",
        "Ctrl-C stops everything.",
    ]


def _say(words: str) -> None:
    typer.echo(words, err=True)


def until_told() -> threading.Event:
    """Set by Ctrl-C, SIGTERM, or the end of the terminal; asked again, it goes on stopping in order."""
    import signal
    from types import FrameType

    told = threading.Event()

    def tell(_number: int, _frame: FrameType | None) -> None:
        told.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, tell)
    return told
