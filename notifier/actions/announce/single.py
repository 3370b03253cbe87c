"""Mails outside the accounting: a test of a notice, and a marked copy of what was sent.

Each is one request to one address, with the words that are frozen with the notice. It is written ahead in a table
of its own, so that no chunk, no delivery and no fate of the ledger ever knows of it.
"""

import hashlib
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.actions.background.deliver import Post
from notifier.actions.inspect.preview import Mail, Preview, letter_of, mail_of
from notifier.actions.notices.letter import StoredWords
from notifier.actions.notices.named import Name, known, name_of
from notifier.actions.notices.reasons import reason as checked_reason
from notifier.edges.addresses import Address, normalised
from notifier.errors import BadInput, NotifierError, Refused, Unreachable
from notifier.model import mail as model
from notifier.model.act import Act
from notifier.model.mail import Envelope, Outcome, Result, Sender
from notifier.model.policy import Policy
from notifier.model.vocabulary import Mode
from notifier.pipeline.compose import Mark
from notifier.store import Db, Tx, audit
from notifier.store.company import catalogue
from notifier.store.disruptions import notices
from notifier.store.disruptions.notices import Notice
from notifier.store.ledger import brake, rate_limit, singles
from notifier.store.ledger.singles import Came, New, Single, To
from notifier.store.read import letters, one_letter
from notifier.store.read.one_letter import Listed
from notifier.store.running.installation import find as found_database

ALTERED = "The words of {name} are not those that it was written with: nothing is sent; write it anew."
BRAKED = "The brake is on: nothing leaves, no test and no copy either; `notifier resume --all` lets them."
MOST = 10
"""Addresses of one test: a notice to more people than that is no test."""
RECORD_SECONDS, AGAIN_SECONDS = 60.0, 0.5
"""How long a command tries to write what it was answered, and how often."""

NOT_SET_UP = {
    Mode.LIVE: "SENDGRID_API_KEY is not set here: set it, then repeat.",
    Mode.REHEARSAL: "No sandbox runs: start `notifier up`, or set NOTIFIER_SANDBOX_URL, then repeat.",
}

NEVER_LEFT = (Result.NOT_SENT, Result.STOPPED, Result.POISON, Result.NOBODY)
OUTCOMES = {Result.ACCEPTED: "accepted", Result.UNKNOWN: "unknown"} | dict.fromkeys(NEVER_LEFT, "not_sent")
"""Whatever else the provider says is a refusal."""


__all__ = ["Copy", "Single", "SingleSent", "copy", "failure", "of_notice", "test"]


@dataclass(frozen=True, slots=True)
class SingleSent:
    """What came of one request; it never holds the address."""

    kind: str
    locale: str
    variant: str
    nth: int
    """Of the addresses that were given, from 1."""
    outcome: str
    said: str
    provider: str


@dataclass(frozen=True, slots=True)
class _Request:
    kind: str
    mail: Mail
    mark: Mark
    address: Address
    to: To
    nth: int = 1
    reason: str | None = None


def test(db: Db, post: Post, act: Act, preview: Preview, addresses: Sequence[str]) -> list[SingleSent]:
    """Send every mail of a preview to exactly these addresses, marked as a test.

    Nothing leaves if one of them must not be written to. Raises `BadInput`, `Refused`.
    """
    if len(addresses) > MOST:
        raise BadInput(f"A test goes to at most {MOST} addresses: {len(addresses)} were given.")
    with db.transaction() as tx:
        notice, stored = _ready(tx, post, preview.name.notice_id)
        given = [_address("--send-to", each) for each in addresses]
        first = {address.key: nth for nth, address in reversed(list(enumerate(given, 1)))}
        whom = {nth: _to(tx, notice, given[nth - 1]) for nth in sorted(first.values())}
    requests = [
        _Request(singles.TEST, mail, Mark(), address, to, nth)
        for nth, (address, to) in whom.items()
        for mail in preview.mails
    ]
    return [_send(db, post, act, stored, request) for request in requests]


@dataclass(frozen=True, slots=True)
class Copy:
    """What to copy, to where."""

    address: str
    reason: str
    customer: str | None = None
    """Whose mail; None: that of the person who has the address."""
    again: bool = False
    """Also if a copy went there before."""


def copy(db: Db, post: Post, act: Act, notice_id: int, wanted: Copy) -> tuple[Name, SingleSent]:
    """Send what somebody was sent once more, marked as a copy. Raises `BadInput`, `Refused`."""
    why = checked_reason("--reason", wanted.reason)
    address = _address("The address", wanted.address)
    with db.transaction() as tx:
        notice, stored = _ready(tx, post, notice_id)
        name = name_of(tx, notice_id)
        address, to = _to(tx, notice, address)
        listed = _original(tx, notice, name, wanted, to)
        content = stored.contents[listed.content_id or 0]
        mail = mail_of(stored, letter_of(tx, stored, content, listed.recipient_id, listed.vars or {}))
    mark = Mark(listed.left_at or notice.approved_at or act.now, mail.tz)
    request = _Request(singles.COPY, mail, mark, address, to, reason=why)
    return name, _send(db, post, act, stored, request, again=wanted.again)


def of_notice(tx: Tx, notice_id: int) -> list[Single]:
    """Everything outside the accounting of a notice, in its order."""
    return singles.of_notice(tx, notice_id)


def _ready(tx: Tx, post: Post, notice_id: int) -> tuple[Notice, StoredWords]:
    notice = notices.by_id(tx, notice_id)
    stored = StoredWords.of(tx, post.writer, notice)
    if not stored.is_unaltered:
        raise Refused(ALTERED.format(name=name_of(tx, notice_id)))
    if brake.brake_is_on(tx) or found_database(tx).changed:
        raise Refused(BRAKED)
    return notice, stored


def _address(option: str, written: str) -> Address:
    found = normalised(written)
    if isinstance(found, str):
        raise BadInput(f"{option} is no address that mail can go to: {found[:1].lower()}{found[1:]}.")
    return found


def _to(tx: Tx, notice: Notice, address: Address) -> tuple[Address, To]:
    """Raises `Refused` for an address that must not be written to."""
    recipient_id = letters.recipient(tx, address.key)
    if recipient_id is None:
        # With the notice's nonce: nobody can try addresses against it, and a second copy is still known.
        return address, To(None, hashlib.sha256(f"{notice.nonce}\n{address.key}".encode()).hexdigest())
    found = singles.suppressions(tx, recipient_id)
    if found:
        why = " and ".join(found).replace("_", " ")
        raise Refused(f"This address must not be written to ({why}): nothing was sent, give another.")
    return address, To(recipient_id, None)


def _original(tx: Tx, notice: Notice, name: Name, wanted: Copy, to: To) -> Listed:
    """What the provider took for that customer; for the person with the address, if they are one of them."""
    if wanted.customer is not None:
        customer = known(tx, wanted.customer)
        people = one_letter.people_of(tx, notice.notice_id, customer.customer_id)
        whose = wanted.customer
    else:
        people = [] if to.recipient_id is None else [to.recipient_id]
        whose = "this address"
    found = [each for each in one_letter.listed(tx, notice.notice_id, people) if each.accepted]
    if not found:
        see = f"`notifier explain {name.reference} {wanted.customer}` says why"
        ask = "say with --as CUSTOMER whose mail to copy"
        todo = ask if wanted.customer is None else see
        raise Refused(f"Nothing of {name} was sent to {whose}, so there is nothing to copy: {todo}.")
    return next((each for each in found if each.recipient_id == to.recipient_id), found[0])


# ---------------------------------------------------------------- one request


def _send(
    db: Db, post: Post, act: Act, stored: StoredWords, request: _Request, *, again: bool = False
) -> SingleSent:
    """Write ahead, send, record. If the process dies in between it becomes unknown, and nothing repeats it."""
    notice, mail = stored.notice, request.mail
    claimed_at = post.clock.monotonic()
    with db.transaction() as tx:
        policy = catalogue.policy(tx)
        sender = _sender(post, name_of(tx, notice.notice_id).mode, policy)
        new = New(
            attempt_id=str(uuid.uuid4()),
            notice_id=notice.notice_id,
            kind=request.kind,
            to=request.to,
            locale=mail.locale,
            actor=act.actor,
            reason=request.reason,
            provider=sender.name,
        )
        _open(tx, new, notice, act.now, again=again)
        ours = found_database(tx).installation_id

    def still_ours() -> bool:
        try:
            with db.transaction() as tx:
                may_leave = singles.may_leave(tx, new.attempt_id)
        except Unreachable:
            return False
        return may_leave and post.clock.monotonic() - claimed_at <= policy.claim_age_seconds

    outcome = sender.send(_envelope(new.attempt_id, ours, stored, request), still_ours)
    came = OUTCOMES.get(outcome.result, "refused")
    _record(db, post, _came(new.attempt_id, came, outcome))
    return SingleSent(request.kind, mail.locale, mail.variant, request.nth, came, outcome.reason, sender.name)


def _record(db: Db, post: Post, came: Came) -> None:
    """A known answer must not become unknown because the database is away for a moment."""
    now, until = post.clock.now(), post.clock.monotonic() + RECORD_SECONDS
    while True:
        try:
            with db.transaction() as tx:
                singles.record(tx, came, now=now)
        except Unreachable:
            if post.clock.monotonic() > until:
                raise
            time.sleep(AGAIN_SECONDS)
        else:
            return


def _sender(post: Post, mode: Mode, policy: Policy) -> Sender:
    try:
        return post.senders(mode, policy)
    except Refused:
        raise Refused(NOT_SET_UP[mode]) from None


def _came(attempt_id: str, came: str, outcome: Outcome) -> Came:
    return Came(attempt_id, came, outcome.reason, outcome.http_status, outcome.message_id)


def _open(tx: Tx, new: New, notice: Notice, now: datetime, *, again: bool) -> None:
    if new.kind == singles.COPY:
        rate_limit.one_at_a_time(tx, f"copy:{notice.notice_id}")
        before = singles.earlier_copy(tx, notice.notice_id, new.to)
        if before is not None and not again:
            arrived = "was sent" if before == "accepted" else "may have been sent"
            raise Refused(f"A copy {arrived} to this address already: add --again to send one more.")
    single_id = singles.open_single(tx, new, now=now)
    after = {"notice": notice.notice_id, "single": single_id, "recipient": new.to.recipient_id}
    if new.reason is not None:
        after |= {"reason": new.reason, "again": again}
    act = "copy" if new.kind == singles.COPY else "test send"
    audit.append(tx, actor=new.actor, act=act, at=now, disruption_id=notice.disruption_id, after=after)


def _envelope(attempt_id: str, ours: str, stored: StoredWords, request: _Request) -> Envelope:
    """One letter, whose words are filled in already: there is nobody else whom it could go to."""
    mail = request.mail
    text, html = stored.writer.words.marked(mail.locale, request.mark, mail.text, mail.html)
    return Envelope(
        attempt_id=attempt_id,
        notice_id=stored.notice.notice_id,
        sender=mail.sender,
        reply_to=mail.reply_to,
        headers=mail.headers,
        subject=mail.subject,
        text=text,
        html=html,
        letters=[model.Letter(request.to.recipient_id or 0, request.address.deliverable, {})],
        installation_id=ours,
    )


def failure(sent: Sequence[SingleSent]) -> NotifierError | None:
    """What went wrong, as one sentence; None: the provider took everything."""
    bad = [each for each in sent if each.outcome != "accepted"]
    if not bad:
        return None
    unknown = [each for each in bad if each.outcome == "unknown"]
    named = unknown or bad
    count = f"{len(named)} of {len(sent)}" if len(sent) > 1 else "It"
    said = named[0].said.rstrip(".")
    if unknown:
        return Unreachable(f"{count} may or may not have been sent, and nothing repeats it: {said}.")
    kind = Refused if all(each.outcome == "refused" for each in bad) else Unreachable
    return kind(f"{count} did not leave: {said}.")
