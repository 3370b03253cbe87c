"""Check everything a send needs, with a cure for each fault; nothing is changed, nobody is told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from notifier.actions.running.signs import life
from notifier.edges.provider_events import is_key
from notifier.errors import NotifierError
from notifier.model.mail import Outcome, Result, Sender
from notifier.model.vocabulary import NoticeKind
from notifier.pipeline.alarm_text import only_drafts
from notifier.pipeline.compose import lint
from notifier.pipeline.compose.reviews import NotReviewed
from notifier.settings import Settings, data_folder, secrets
from notifier.store import Db, migrate, ping
from notifier.store.company import catalogue
from notifier.store.read.views import database_now

OLDEST_POSTGRES = 15_00_00
LARGEST_SKEW_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    ok: bool
    found: str
    """What is so, and for a fault what to do, in one sentence."""
    warns: bool = False
    """It works, and somebody should know what it may cost."""


def check_database(url: str) -> Check:
    """The server answers, is new enough, and its schema is ours."""
    try:
        version = ping(url)
        if version < OLDEST_POSTGRES:
            return Check(
                "database", ok=False, found=f"PostgreSQL {version // 10000} is too old: use 15 or later."
            )
        return _check_schema(version, migrate.schema(url, data_folder("migrations")))
    except NotifierError as error:
        return Check("database", ok=False, found=str(error))


def _check_schema(version: int, schema: migrate.Schema) -> Check:
    if schema.missing:
        return Check("database", ok=False, found="The schema is behind: run `notifier migrate`.")
    if schema.newer:
        return Check(
            "database",
            ok=False,
            found=f"The database is newer than this notifier (it has {schema.newer[-1]}): what runs goes on, "
            "but upgrade this notifier.",
        )
    return Check("database", ok=True, found=f"PostgreSQL {version // 10000}, schema current")


def check_clock(db: Db, now: Callable[[], datetime]) -> Check:
    """Leases run by the database's clock, decisions by ours: they must agree."""
    with db.transaction() as tx:
        skew = abs((database_now(tx) - now()).total_seconds())
    if skew > LARGEST_SKEW_SECONDS:
        return Check(
            "clocks", ok=False, found=f"This clock and the database's differ by {skew:.0f} s: set both."
        )
    return Check("clocks", ok=True, found=f"agree with the database's within {skew:.1f} s")


def check_processes(db: Db, *, embedded: bool) -> Check:
    """What a send needs runs, and each tick has run lately: by the signs of life that they leave."""
    with db.transaction() as tx:
        now = life(tx, embedded=embedded)
    if now.silent:
        return Check("processes", ok=False, found=" ".join(now.silent))
    there = ", ".join(f"{each.kind}: {each.processes}" for each in now.alive)
    return Check("processes", ok=True, found=f"{there}; every tick has run lately")


def check_catalogue(db: Db) -> Check:
    with db.transaction() as tx:
        services = catalogue.services(tx)
    if not services:
        return Check(
            "services", ok=False, found="No service is declared: write them down and `notifier apply`."
        )
    return Check("services", ok=True, found=f"{len(services)} declared")


def check_sources(db: Db) -> Check:
    """Tools that report: who may announce by itself needs a secret that is set for this process."""
    with db.transaction() as tx:
        sources = catalogue.sources(tx)
    for each in sources:
        if each.secret_env is not None and not secrets(each.secret_env):
            found = f"{each.secret_env} is empty: set it to the secret that {each.name} sends."
            return Check("sources", ok=False, found=found)
        if each.announce_ceiling is not None and each.secret_env is None and not each.looks_itself:
            return Check("sources", ok=False, found=only_drafts(each.name, None))
    everybody = ", ".join(each.name for each in sources if each.open and not each.looks_itself)
    open_to_all = f"; whoever reaches us may post drafts to {everybody}" if everybody else ""
    return Check("sources", ok=True, found=f"{len(sources)} declared{open_to_all}")


def check_sender_identity(settings: Settings) -> Check:
    """Where mails come from; SendGrid refuses a sender that is not verified."""
    _, address = parseaddr(settings.mail_from)
    if "@" not in address:
        return Check("sender", ok=False, found="NOTIFIER_MAIL_FROM is no address: write `Name <address>`.")
    if address.endswith((".example", "@example.com")) and settings.sendgrid_key:
        return Check("sender", ok=False, found="NOTIFIER_MAIL_FROM is an example: name your verified sender.")
    return Check("sender", ok=True, found=settings.mail_from)


def check_templates(settings: Settings) -> Check:
    """Every mail that the files can make renders; the company's own files are named."""
    found = lint(data_folder("templates") / "email", settings.templates)
    if found.faults:
        more = f" ({len(found.faults)} faults: `notifier templates lint`)" if len(found.faults) > 1 else ""
        return Check("templates", ok=False, found=f"{found.faults[0]}{more}")
    waiting = sum(isinstance(fault, NotReviewed) for fault in found.warnings)
    reviews = f"; {waiting} languages wait for a review" if waiting else ""
    locales = ", ".join(found.words.locales(NoticeKind.FIRST))
    return Check("templates", ok=True, found=f"every notice renders in {locales}{reviews}")


def check_event_keys(settings: Settings) -> Check:
    """Without events a mail that was accepted and bounced counts as told, and silence proves nothing."""
    if not settings.event_keys:
        return Check(
            "events",
            ok=settings.sendgrid_key is None,
            found="NOTIFIER_SENDGRID_EVENT_KEYS is not set: bounces stay unseen, silence about an unknown outcome "
            "proves nothing (its deadline decides); set the public key of the signed event webhook.",
        )
    bad = [n for n, key in enumerate(settings.event_keys, 1) if not is_key(key)]
    if bad:
        which = ", ".join(map(str, bad))
        return Check(
            "events",
            ok=False,
            found=f"NOTIFIER_SENDGRID_EVENT_KEYS: number {which} is no public key; copy it again.",
        )
    return Check("events", ok=True, found=f"{len(settings.event_keys)} public key(s) of the event webhook")


def check_provider(settings: Settings, sender: Sender | None) -> Check:
    """With a sender, one post in SendGrid's `sandbox_mode`: 200 and no mail."""
    if settings.sendgrid_key is None:
        return Check("provider", ok=True, found="SENDGRID_API_KEY is not set: rehearsals only")
    if sender is None:
        return Check(
            "provider", ok=True, found=f"a key is set for {settings.sendgrid_url}; not asked (--live)"
        )
    outcome: Outcome = sender.check()
    if outcome.result is Result.ACCEPTED:
        return Check(
            "provider",
            ok=True,
            found=f"{settings.sendgrid_url} accepts our mail (sandbox mode, nothing sent)",
        )
    return Check("provider", ok=False, found=f"{settings.sendgrid_url}: {outcome.reason}")
