"""What alarms about evidence say, a sentence each. Decisions only: nothing here reads or writes."""

from collections.abc import Sequence
from datetime import datetime

from notifier.model.signal import DATABASE
from notifier.store.disruptions.disruptions import OpenDisruption
from notifier.store.disruptions.signals import Extent
from notifier.store.disruptions.troubles import OldTrouble, Witness
from notifier.store.read.heard import WaitsFor


def only_drafts(source: str, secret_env: str | None) -> str:
    """One sentence about a source that has a ceiling, and whose secret nobody here could check."""
    cure = (
        f"{secret_env} is empty for the workers, set it to the secret that the tool sends"
        if secret_env
        else "it has an announce_ceiling and no secret, name one in its secret_env"
    )
    return f"{source} only drafts: {cure}."


def draft_alarm(
    draft: OpenDisruption, names: Sequence[str], extent: Extent, witnesses: Sequence[Witness], now: datetime
) -> str | None:
    """One sentence about a draft, anybody's, that tells nobody yet; None if nothing has happened so far."""
    lost = "".join(f"; {sentence}" for sentence in lost_lines(witnesses, now))
    if extent.customers and extent.since is not None:
        are = "customer is" if extent.customers == 1 else "customers are"
        since = _clock(extent.since, now)
        return f"{extent.customers:,} {are} cut off from {_listed(names)} since {since} and nobody was told{lost}."
    if firing := [witness for witness in witnesses if witness.firing]:
        said_by, since = _reporters(firing), _clock(draft.effective_at, now)
        return f"{said_by} trouble with {_listed(names)} since {since} and nobody was told{lost}."
    if coming_back := [witness for witness in witnesses if witness.flapping]:
        said_by = _reporters(coming_back)
        return f"{said_by} trouble with {_listed(names)} again and again, not now, and nobody was told{lost}."
    if witnesses:
        return f"The evidence for {_listed(names)} is gone: D-{draft.reference} told nobody and may not be needed."
    return None


def untouched_alarm(reference: str, names: Sequence[str], untouched_minutes: float) -> str:
    """One sentence, louder than that of the draft: nobody has done anything about it."""
    return (
        f"Nobody has touched D-{reference} ({_listed(names)}) for {untouched_minutes:g} minutes, and nobody was"
        f" told: approve it with notifier approve {reference}, or prepare a notice with notifier holding"
        f" {reference}."
    )


def lost_lines(witnesses: Sequence[Witness], now: datetime) -> list[str]:
    """A clause for each source that has stopped repeating what it had not taken back."""
    return [
        f"{w.source} has not repeated {'it' if w.lost == w.firing else f'{w.lost:,} of {w.firing:,} troubles'}"
        f" since {_clock(w.lost_since, now)}: lost, not resolved"
        for w in witnesses
        if w.lost and w.lost_since is not None
    ]


def stale_alarm(source: str, stale: Sequence[OldTrouble], now: datetime) -> str:
    """One sentence about trouble that had begun too long ago when it was first heard, and that nothing covers."""
    slugs = sorted({slug for each in stale for slug in each.services})
    since = _clock(min(each.since for each in stale), now)
    return (
        f"{source} reports trouble with {_listed(slugs)} since {since}, which is older than its max_age, and"
        f" nothing is drafted: if it is true, notifier suspend {' '.join(slugs)}."
    )


def waiting_alarm(source: str | None, reports: int, sources: Sequence[str]) -> str:
    """One sentence about reports that wait for their turn: `source` is the one that has opened too much, or None
    if too many drafts are open.
    """
    many = "report of {} waits" if reports == 1 else "reports of {} wait"
    wait = f"{reports:,} {many.format(_listed(sources))}"
    if source is None:
        return (
            f"{wait}: as many drafts of evidence are open as most_drafts of [policy] says, decide about some."
        )
    return f"{wait}: it has opened as many drafts within an hour as its drafts_per_hour says."


def alone_alarm(alone: Sequence[WaitsFor], now: datetime) -> str:
    """One sentence about reports that have waited for another witness for long: it may be true all the same."""
    sources = sorted({each.source for each in alone})
    missing = sorted({each.why.partition(" (")[2].removesuffix(")") for each in alone})
    slugs = sorted({slug for each in alone for slug in each.services})
    since = _clock(min(each.since for each in alone), now)
    return (
        f"{_listed(sources)} {'reports' if len(sources) == 1 else 'report'} trouble since {since}, and too few"
        f" others do ({', '.join(missing)}): if it is true, notifier suspend {' '.join(slugs)}."
    )


def resolved_alarm(reference: str, names: Sequence[str], witnesses: Sequence[Witness]) -> str:
    """One sentence about a disruption that tells people, and that its evidence contradicts."""
    return (
        f"{_reporters(witnesses)} that {_listed(names)} is back, and D-{reference} is still open:"
        f" if that is true, notifier restore {reference}."
    )


def _reporters(witnesses: Sequence[Witness]) -> str:
    sources = sorted({"the database" if w.source == DATABASE else w.source for w in witnesses})
    named = _listed(sources) if sources else "somebody"
    return f"{named[0].upper()}{named[1:]} {'report' if len(sources) > 1 else 'reports'}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _clock(moment: datetime, now: datetime) -> str:
    """`18:32 UTC`, with its day if that is another one than today. Both are UTC."""
    return f"{moment:%H:%M} UTC" if moment.date() == now.date() else f"{moment:%d %b %H:%M} UTC"
