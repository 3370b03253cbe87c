"""`doctor`: is everything there that a send needs?"""

from typing import TYPE_CHECKING, Annotated

import typer

from notifier.entry.cli.options import AsJson

if TYPE_CHECKING:
    from notifier.actions.inspect.doctor import Check
    from notifier.settings import Settings


def register(app: typer.Typer) -> None:
    app.command(help="Check settings, database, broker, provider, templates; a cure for each fault.")(doctor)


def doctor(
    live: Annotated[
        bool, typer.Option("--live", help="Ask SendGrid in sandbox mode; sends no mail.")
    ] = False,
    json: AsJson = False,
) -> None:
    from notifier.entry.cli import output
    from notifier.local.endpoints import attached
    from notifier.settings import from_env

    with attached(from_env(), migrated=False) as settings:
        checks = _checks(settings, live=live)
    if json:
        output.print_json(checks)
    else:
        width = max(10, *(len(check.name) for check in checks))
        for check in checks:
            sign = "WARN" if check.warns else "ok" if check.ok else "FAULT"
            output.say(f"  {sign:<6} {check.name:<{width}} {check.found}")
    if not all(check.ok for check in checks):
        raise typer.Exit(4)


def _checks(settings: "Settings", *, live: bool) -> "list[Check]":
    from notifier.actions.inspect import doctor as actions
    from notifier.actions.inspect.check_alarms import check_alarms
    from notifier.actions.inspect.check_probes import check_probes
    from notifier.actions.inspect.check_server import check_server
    from notifier.actions.inspect.check_view import check_view
    from notifier.app import opened, sender
    from notifier.model.policy import Policy
    from notifier.model.vocabulary import Mode

    assert settings.database_url is not None
    checks = [
        actions.check_sender_identity(settings),
        _templates(settings),
        actions.check_database(settings.database_url),
    ]
    if checks[-1].ok:
        with opened(settings, connections=1) as app:
            checks += [actions.check_clock(app.db, app.clock.now), actions.check_catalogue(app.db)]
            checks += check_server(app.db)
            checks.append(actions.check_sources(app.db))
            checks += check_probes(app.db, settings)
            checks.append(actions.check_processes(app.db, embedded=settings.embedded))
            checks += check_alarms(app.db, settings, app.clock.now())
            if settings.audience_url is not None:
                checks += check_view(settings.audience_url, app.db)
    checks.append(_broker(settings))
    asks = live and settings.sendgrid_key is not None
    provider = sender(settings, Mode.LIVE, Policy().deadline_seconds) if asks else None
    checks += [actions.check_provider(settings, provider), actions.check_event_keys(settings)]
    return checks


def _templates(settings: "Settings") -> "Check":
    from notifier.actions.inspect.doctor import check_templates

    return check_templates(settings)


def _broker(settings: "Settings") -> "Check":
    from kombu.exceptions import OperationalError

    from notifier.actions.inspect.doctor import Check
    from notifier.entry.tasks import celery_app

    if settings.broker_url is None:
        return Check(
            "broker", ok=False, found="No broker runs: start `notifier up`, or set NOTIFIER_BROKER_URL."
        )
    try:
        with celery_app(settings.broker_url).connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, timeout=3)
    except (OperationalError, OSError):
        return Check(
            "broker", ok=False, found="The broker does not answer: check NOTIFIER_BROKER_URL and start it."
        )
    return Check("broker", ok=True, found="answers")
