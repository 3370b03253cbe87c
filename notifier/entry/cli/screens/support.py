"""What support reads while somebody is on the telephone: who it is, how things stand, what to say now."""

from datetime import UTC, datetime

from notifier.actions.inspect.look_up import LEFT, CustomerFound, ReadMail, StandsIn
from notifier.entry.cli.output import clock, set_off, wrapped
from notifier.entry.cli.screens.letters import fate, titled
from notifier.entry.cli.screens.standing import disruption_title
from notifier.model.kinds import ENDINGS
from notifier.model.vocabulary import Kind, Mode, NoticeKind, Standing
from notifier.store.read.letters import LetterRow
from notifier.store.read.search import ContactRow, FoundCustomer, HeldService

SHOWN = 20
IS = {
    Kind.SUSPENSION: ("is suspended", "are suspended"),
    Kind.OUTAGE: ("does not work", "do not work"),
    Kind.DEGRADATION: ("does not work as usual", "do not work as usual"),
    Kind.MAINTENANCE: ("is under maintenance", "are under maintenance"),
}
MAY_BE = {
    Kind.SUSPENSION: "may be suspended",
    Kind.OUTAGE: "may not work",
    Kind.DEGRADATION: "may not work as usual",
    Kind.MAINTENANCE: "may be under maintenance",
}
NOT_OVER = frozenset({Standing.AFFECTED, Standing.POSSIBLY})
NOT_IN = {
    "out_of_scope": "Not told: its scope leaves them out.",
    "no_service": "Not told: they hold none of its services.",
    "not_listed_yet": "Not told yet: a list is still open, they may come onto it.",
    "late": "NOT TOLD: they came, or changed, after the list was closed.",
}


def several(among: tuple[FoundCustomer, ...]) -> str:
    """Who could be meant, to be named by their ids."""
    lines = ["More than one could be meant; say which, by its id:"]
    for found in among[:SHOWN]:
        lines += wrapped(f"  {found.ext_id}  {found.name}", "    ")
    if len(among) > SHOWN:
        lines.append("  and more: say more of the name")
    return "\n".join(lines)


def picture(found: CustomerFound) -> str:
    lines = wrapped(f"{found.customer}  {found.name}" + (f"  {found.phone}" if found.phone else ""))
    for person in found.people:
        lines += wrapped(f"  {_person(person)}", "    ")
    if not any(person.address for person in found.people):
        lines.append("  nobody of theirs has an address")
    for held in found.services:
        lines += wrapped(f"  holds {held.name}{_cut(held)}", "    ")
    for stands in found.stands:
        lines += ["", *disruption(found.customer, stands)]
    if not found.stands:
        lines += ["", "No disruption concerns them, and nothing was ever written to them."]
    for mail in found.mails:
        lines += ["", *read_mail(mail)]
    return "\n".join(lines)


def _cut(held: HeldService) -> str:
    if not held.cut_off:
        return ""
    where = "" if held.cut_off == held.places else f" in {held.cut_off:,} of {held.places:,} regions"
    return f", CUT OFF in the data{where} since {clock(held.cut_off_since)}"


def _person(person: ContactRow) -> str:
    written = f"<{person.address}>" if person.address else "without an address"
    about = ", ".join(filter(None, (person.role, person.locale)))
    banned = f"; NOT written to ({', '.join(person.suppressions)})" if person.suppressions else ""
    return f"{person.name or 'somebody'} {written} ({about}){banned}"


def disruption(customer: str, stands: StandsIn) -> list[str]:
    lines = wrapped(disruption_title(stands.disruption))
    for sentence in (last_status(stands), *say_now(customer, stands)):
        lines += wrapped(f"  {sentence}", "    ")
    return lines


def last_status(stands: StandsIn) -> str:
    """Told, released, never told and why: one sentence."""
    explained, letters = stands.explained, stands.explained.letters
    if stands.disruption.declared_at is None and not _told(stands):
        return "Nobody was told of it: it is a draft."
    if explained.place == "released" and not _told(stands):
        return "RELEASED by a review; they were never told of it."
    if told := _told(stands):
        last = told[-1]
        released = "RELEASED by a review. " if explained.place == "released" else ""
        word = "Last told" if last.stands == "told" else "May have been told"
        return f"{released}{word}: {_titled(last)}, {fate(last)}."
    if explained.place != "in":
        return NOT_IN[explained.place]
    if explained.unreachable:
        return "NOT TOLD: nobody of theirs has a usable address. Call them."
    return f"{fate(letters[-1])}." if letters else "NOT TOLD: no letter was made for them."


def say_now(customer: str, stands: StandsIn) -> list[str]:
    """What is true for them now, as far as they may hear it: never more than is out."""
    row = stands.disruption
    if row.mode is Mode.REHEARSAL:
        return ["Say nothing of it: it is a rehearsal, no customer was told."]
    if row.declared_at is None:
        return [f"Say nothing of it yet: nobody has approved it (notifier show {row.reference})."]
    if not stands.told_as:
        return _cut_off(stands) if row.ended_at is None else []
    if row.ended_at is not None:
        return [_over(stands)]
    lines = [f"Say: {sentence}." for sentence in _is_true(stands)]
    if row.next_update_at and not NOT_OVER.isdisjoint(_standings(stands).values()):
        passed = row.next_update_at <= datetime.now(UTC)
        lines.append(f"The next mail {'was' if passed else 'is'} promised by {clock(row.next_update_at)}.")
    if stands.explained.place == "in":
        lines.append(f"Wrong for them? notifier reviews add {row.reference} {customer}")
    return lines


def _over(stands: StandsIn) -> str:
    row, told = stands.disruption, _told(stands)
    if row.ended_as == "retracted":
        said = "what we had written of it was wrong, and we have withdrawn it"
    else:
        said = f"it is over since {clock(row.ended_at)}"
    heard = told and told[-1].kind in (*ENDINGS, NoticeKind.RETRACTION)
    return f"Say: {said}.{'' if heard else ' No mail has told them so.'}"


def _cut_off(stands: StandsIn) -> list[str]:
    """Nobody told them; what the data shows all the same."""
    cut = " and ".join(cut.service for cut in stands.explained.cut_off)
    how = f"notifier gaps {stands.disruption.reference}"
    return [f"The data cuts them off from {cut}, and nobody told them: {how}."] if cut else []


def _standings(stands: StandsIn) -> dict[str, Standing]:
    released = stands.explained.place == "released"
    return {service: Standing.RELEASED if released else as_ for service, as_ in stands.told_as.items()}


def _is_true(stands: StandsIn) -> list[str]:
    """By what they were told last of each service."""
    row = stands.disruption
    since = f"since {clock(row.effective_at)}"
    words = {
        Standing.AFFECTED: tuple(f"{said} {since}" for said in IS[row.kind]),
        Standing.POSSIBLY: (f"{MAY_BE[row.kind]} {since}; we are still checking",) * 2,
        Standing.RESTORED: ("is back", "are back"),
        Standing.RELEASED: ("does not concern them", "do not concern them"),
    }
    found: dict[tuple[str, ...], list[str]] = {}
    for service, standing in sorted(_standings(stands).items()):
        if standing in words:
            found.setdefault(words[standing], []).append(service)
    return [f"{' and '.join(all_)} {said[len(all_) > 1]}" for said, all_ in found.items()]


def read_mail(mail: ReadMail) -> list[str]:
    when = clock(mail.left_at) if mail.left_at else "NOT KNOWN whether it left"
    head = f"{mail.mode.upper()}  {mail.reference}/{mail.seq} to {', '.join(mail.to)}, {when}:"
    return [*wrapped(head), *set_off([f"Subject: {mail.subject}", "", *mail.text.rstrip().splitlines()])]


def _told(stands: StandsIn) -> list[LetterRow]:
    """In the order in which they left."""
    early = datetime.min.replace(tzinfo=stands.disruption.opened_at.tzinfo)
    left = [letter for letter in stands.explained.letters if letter.stands in LEFT]
    return sorted(left, key=lambda letter: (letter.seq, letter.left_at or early))


def _titled(letter: LetterRow) -> str:
    return f"{titled(letter)} ({letter.reference}/{letter.seq})"
