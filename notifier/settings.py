"""Everything the environment decides, read once. Nobody else reads the environment.

Shape: one frozen `Settings`. Every problem is reported at once, as one `BadInput` with a line for each.
"""

import getpass
import ipaddress
import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from notifier.errors import BadInput

AUDIENCE_URL = "NOTIFIER_AUDIENCE_URL"
SENDGRID_HOSTS = {"global": "https://api.sendgrid.com", "eu": "https://api.eu.sendgrid.com"}
"""One host for each region: twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api."""

SANDBOX_KEY = "SG.sandbox"
"""What a rehearsal shows as its key. It is no secret, and SendGrid would answer it with 401."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`None` for a URL means: the embedded server under `home`, if one runs."""

    home: Path
    database_url: str | None
    broker_url: str | None
    sendgrid_key: str | None = field(repr=False)
    sendgrid_url: str
    sandbox_url: str | None
    event_keys: tuple[str, ...]
    mail_from: str
    reply_to: str | None
    public_url: str | None
    port: int
    actor: str
    rehearsals_only: bool
    """Set by `demo` and by tests: whatever key or server the environment holds is not looked at."""

    templates: Path | None = None
    """A folder of the company's own words, which win over the packaged ones file by file."""

    on_embedded: bool = False
    """The URLs are those of embedded servers: told to the children of `up`, and to whoever attaches to it."""

    sandbox_event_key: str | None = None
    """The public key of the sandbox's events: they prove rehearsals only."""

    audience_url: str | None = field(default=None, repr=False)
    """The company's own database, which is only read; None: customers are imported."""

    alarm_command: tuple[str, ...] = field(default=(), repr=False)
    """Run for each alarm, with the alarm on its standard input. Never from the company's file: whoever may apply
    one could run commands on the workers."""

    heartbeat_url: str | None = field(default=None, repr=False)
    """Asked every minute while everything runs: whoever watches it notices that we are dead."""

    @property
    def embedded(self) -> bool:
        """Without a key, everything embedded is a rehearsal."""
        return self.database_url is None or self.on_embedded


def from_env(environ: Mapping[str, str] | None = None) -> Settings:
    """Read `NOTIFIER_*` and `SENDGRID_API_KEY`, from a `.env` file of the working directory first."""
    environ = _environment() if environ is None else environ
    problems: list[str] = []
    rehearsals_only = _is_on(environ.get("NOTIFIER_REHEARSALS_ONLY"))
    settings = Settings(
        home=Path(environ.get("NOTIFIER_HOME") or ".notifier").expanduser().absolute(),
        database_url=_url(environ, "NOTIFIER_DATABASE_URL", POSTGRES_SCHEMES, problems),
        broker_url=_url(environ, "NOTIFIER_BROKER_URL", BROKER_SCHEMES, problems),
        sendgrid_key=None if rehearsals_only else environ.get("SENDGRID_API_KEY") or None,
        sendgrid_url=_sendgrid_url(environ, problems),
        sandbox_url=_sandbox_url(environ, problems),
        event_keys=tuple(environ.get("NOTIFIER_SENDGRID_EVENT_KEYS", "").replace(",", " ").split()),
        mail_from=environ.get("NOTIFIER_MAIL_FROM") or "Service notices <notices@example.com>",
        reply_to=environ.get("NOTIFIER_REPLY_TO") or None,
        public_url=_url(environ, "NOTIFIER_PUBLIC_URL", ("http", "https"), problems),
        port=_port(environ, problems),
        actor=environ.get("NOTIFIER_ACTOR") or f"person:{_user()}",
        rehearsals_only=rehearsals_only,
        templates=_folder(environ.get("NOTIFIER_TEMPLATES")),
        on_embedded=_is_on(environ.get(EMBEDDED)),
        sandbox_event_key=environ.get("NOTIFIER_SANDBOX_EVENT_KEY") or None,
        audience_url=_url(environ, AUDIENCE_URL, POSTGRES_SCHEMES, problems),
        alarm_command=_command(environ, "NOTIFIER_ALARM_COMMAND", problems),
        heartbeat_url=_exact_url(environ, "NOTIFIER_HEARTBEAT_URL", problems),
    )
    if settings.sendgrid_key and "NOTIFIER_MAIL_FROM" not in environ:
        problems.append("NOTIFIER_MAIL_FROM is not set: SendGrid needs a verified sender, name it there.")
    if problems:
        raise BadInput("The settings are not right:", details=tuple(problems))
    return settings


def for_demo(environ: Mapping[str, str] | None = None) -> Settings:
    """Only the home is read: a key, a server or a sender that the environment holds is not looked at."""
    environ = _environment() if environ is None else environ
    home = Path(environ.get("NOTIFIER_HOME") or ".notifier").expanduser().absolute() / "demo"
    return from_env(
        {
            "NOTIFIER_HOME": str(home),
            "NOTIFIER_REHEARSALS_ONLY": "1",
            "NOTIFIER_MAIL_FROM": "Example AI <notices@example.com>",
            "NOTIFIER_ACTOR": "person:demo",
            "NOTIFIER_PORT": "0",
        }
    )


def for_children(settings: Settings) -> dict[str, str]:
    """The environment that a process started by this one needs to read the same settings again."""
    ours = {
        "NOTIFIER_HOME": str(settings.home),
        "NOTIFIER_DATABASE_URL": settings.database_url,
        "NOTIFIER_BROKER_URL": settings.broker_url,
        AUDIENCE_URL: settings.audience_url,
        "SENDGRID_API_KEY": settings.sendgrid_key,
        "NOTIFIER_SENDGRID_URL": settings.sendgrid_url,
        "NOTIFIER_SANDBOX_URL": settings.sandbox_url,
        "NOTIFIER_SENDGRID_EVENT_KEYS": " ".join(settings.event_keys),
        "NOTIFIER_SANDBOX_EVENT_KEY": settings.sandbox_event_key,
        "NOTIFIER_MAIL_FROM": settings.mail_from,
        "NOTIFIER_REPLY_TO": settings.reply_to,
        "NOTIFIER_PUBLIC_URL": settings.public_url,
        "NOTIFIER_PORT": str(settings.port),
        "NOTIFIER_ACTOR": settings.actor,
        "NOTIFIER_TEMPLATES": str(settings.templates) if settings.templates else None,
        "NOTIFIER_REHEARSALS_ONLY": "1" if settings.rehearsals_only else None,
        "NOTIFIER_ALARM_COMMAND": shlex.join(settings.alarm_command),
        "NOTIFIER_HEARTBEAT_URL": settings.heartbeat_url,
        EMBEDDED: "1" if settings.on_embedded else None,
    }
    return without_ours(_environment()) | {key: value for key, value in ours.items() if value}


def without_ours(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """For a command that is not ours: the provider's key and the addresses of databases are no business of its."""
    return {
        key: value
        for key, value in (os.environ if environ is None else environ).items()
        if not key.startswith("NOTIFIER_") and key != "SENDGRID_API_KEY"
    }


def secret(name: str) -> str | None:
    """The value of the variable that a source names in `secret_env`."""
    return _environment().get(name) or None


def looks_with(settings: Settings, name: str) -> str | None:
    """The value of the variable that a probe names: the database of the company is a setting of ours as well."""
    return settings.audience_url if name == AUDIENCE_URL else secret(name)


def secrets(name: str) -> tuple[str, ...]:
    """Its value, and another one beside it while it is being changed: with blanks or commas between.

    Only where each has at least 16 characters: a password with a comma in it is one secret, and nobody is
    believed for knowing a piece of it.
    """
    value = (secret(name) or "").strip()
    pieces = tuple(value.replace(",", " ").split())
    return pieces if all(len(each) >= SHORTEST_OF_SEVERAL for each in pieces) else (value,)


SHORTEST_OF_SEVERAL = 16


def data_folder(name: str) -> Path:
    """`templates` or `migrations`: inside an installed package, beside it in a checkout."""
    package = Path(__file__).parent
    installed = package / "_data" / name
    return installed if installed.is_dir() else package.parent / name


POSTGRES_SCHEMES = ("postgresql", "postgres")
BROKER_SCHEMES = ("amqp", "amqps", "redis", "rediss", "redis+socket")


EMBEDDED = "NOTIFIER_EMBEDDED"
"""Not for people: `up` says with it to its children that the URLs in their environment are its own servers."""


def _environment() -> Mapping[str, str]:
    """With the `.env` file, but for rehearsals and for the children of `up`: they were given everything."""
    if _is_on(os.environ.get("NOTIFIER_REHEARSALS_ONLY")) or _is_on(os.environ.get(EMBEDDED)):
        return os.environ
    from dotenv import dotenv_values

    from_file = {key: value for key, value in dotenv_values(Path.cwd() / ".env").items() if value is not None}
    return from_file | os.environ


def _folder(value: str | None) -> Path | None:
    return Path(value).expanduser().absolute() if value else None


def _is_on(value: str | None) -> bool:
    return (value or "").lower() in {"1", "true", "yes", "on"}


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _url(environ: Mapping[str, str], name: str, schemes: tuple[str, ...], problems: list[str]) -> str | None:
    value = environ.get(name)
    if not value:
        return None
    if urlsplit(value).scheme not in schemes:
        problems.append(f"{name} must begin with {' or '.join(s + '://' for s in schemes)}.")
    return value.rstrip("/") if schemes == ("http", "https") else value


def _exact_url(environ: Mapping[str, str], name: str, problems: list[str]) -> str | None:
    """As it stands: a slash at its end may belong to it."""
    _url(environ, name, ("http", "https"), problems)
    return environ.get(name) or None


def _command(environ: Mapping[str, str], name: str, problems: list[str]) -> tuple[str, ...]:
    """Its words, as a shell would part them; no shell runs it."""
    try:
        return tuple(shlex.split(environ.get(name) or ""))
    except ValueError as error:
        problems.append(f"{name} cannot be read as a command ({error}): write it as in a shell.")
        return ()


def _sendgrid_url(environ: Mapping[str, str], problems: list[str]) -> str:
    region = environ.get("NOTIFIER_SENDGRID_REGION") or "global"
    if region not in SENDGRID_HOSTS:
        problems.append(f"NOTIFIER_SENDGRID_REGION is {region!r}: set it to 'global' or 'eu'.")
    url = _url(environ, "NOTIFIER_SENDGRID_URL", ("http", "https"), problems)
    if url and urlsplit(url).scheme == "http" and not is_loopback(url):
        problems.append("NOTIFIER_SENDGRID_URL must be https: the key and the addresses would be readable.")
    return url or SENDGRID_HOSTS.get(region, SENDGRID_HOSTS["global"])


def _sandbox_url(environ: Mapping[str, str], problems: list[str]) -> str | None:
    url = _url(environ, "NOTIFIER_SANDBOX_URL", ("http", "https"), problems)
    if url and re.search(r"(^|\.)(sendgrid\.(com|net)|twilio\.com)$", urlsplit(url).hostname or ""):
        problems.append("NOTIFIER_SANDBOX_URL names SendGrid itself: a rehearsal must never go there.")
    return url


def is_loopback(url: str) -> bool:
    """`localhost`, or an address of this machine: a name that only begins like one is somebody else's."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _port(environ: Mapping[str, str], problems: list[str]) -> int:
    value = environ.get("NOTIFIER_PORT") or "8025"
    if not value.isdecimal() or not 0 <= int(value) <= 65535:
        problems.append(f"NOTIFIER_PORT is {value!r}: give a number between 0 and 65535.")
        return 0
    return int(value)
