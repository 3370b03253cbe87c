"""The command line, as a person types it, over the database of a lab."""

import typer
from typer.testing import CliRunner

from notifier.entry.cli import all_commands
from tests.lab import Lab


def command(lab: Lab, *words: str) -> str:
    """What a person reads who types this; it must end well."""
    cli = typer.Typer()
    all_commands.register(cli)
    environment = {
        "NOTIFIER_HOME": str(lab.app.settings.home),
        "NOTIFIER_DATABASE_URL": lab.database_url,
        "NOTIFIER_SENDGRID_URL": lab.app.settings.sendgrid_url,
        "NOTIFIER_MAIL_FROM": lab.app.settings.mail_from,
        "SENDGRID_API_KEY": "SG.lab",
        "NOTIFIER_REHEARSALS_ONLY": "",
        "NOTIFIER_ACTOR": "person:lind",
    }
    ran = CliRunner().invoke(cli, [*words], env=environment)
    assert ran.exit_code == 0, f"{words}: {ran.output} {ran.exception!r}"
    return ran.output
