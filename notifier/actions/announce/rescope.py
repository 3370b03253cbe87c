"""The scope changes: the difference first, then one notice of each kind that is owed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from notifier.actions.announce.timeline import News, Said, begin, enter
from notifier.actions.control.approve import Consent, Gate, approve_in
from notifier.actions.notices import scope
from notifier.actions.notices.draft import Writer, draft_notice
from notifier.actions.notices.named import find, name_of
from notifier.actions.notices.rule import rule_at
from notifier.actions.notices.services import known_services
from notifier.actions.notices.untranslated import of_a_later_notice
from notifier.errors import BadInput, Refused
from notifier.model.act import Act
from notifier.model.facts import Facts
from notifier.model.scope import from_json, to_json
from notifier.model.vocabulary import Mode, NoticeKind, Possibly
from notifier.pipeline.audience import gap_is_accepted, gap_objection
from notifier.pipeline.compose import check_own_words
from notifier.store import Db, Tx, audit
from notifier.store.audience import owed, verdicts
from notifier.store.audience.owed import Asked, Difference
from notifier.store.audience.verdicts import Gap, Rule
from notifier.store.disruptions import disruptions, promises, revisions
from notifier.store.disruptions.disruptions import Disruption, Revision
from notifier.store.locks import retried

KIND = "rescope"
NOTICES = {
    "first": NoticeKind.FIRST,
    "catch_up": NoticeKind.CATCH_UP,
    "released": NoticeKind.RELEASED,
    "restored": NoticeKind.PARTIAL,
}
"""What is owed, and the notice that says it; in the order in which they leave."""


@dataclass(frozen=True, slots=True)
class ScopeChange:
    """How the scope differs from the one in force; what is not given stays."""

    where: str | None = None
    everybody: bool = False
    """No predicate any more."""
    possibly: Possibly | None = None
    services: tuple[str, ...] = ()
    anew: bool = False
    """What was restored is out again, where the scope says so."""
    only: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    as_written: bool = False

    @property
    def scope(self) -> scope.AskedScope:
        return scope.AskedScope(self.where, self.only, self.leave_out, self.as_written)


@dataclass(frozen=True, slots=True)
class ShownScope:
    """What a person must see before they change a scope."""

    reference: str
    mode: Mode
    where: str
    """Empty: everybody."""
    possibly: Possibly
    services: list[str]
    differences: tuple[Difference, ...]
    gap: Gap
    warnings: tuple[str, ...]

    @property
    def mails(self) -> int:
        return sum(d.people for d in self.differences if d.what in NOTICES)


@dataclass(frozen=True, slots=True)
class Rescoped:
    reference: str
    rev: int
    said: tuple[Said, ...]
    """One notice of each kind that is owed; none: nobody has to hear of it."""

    @property
    def kept(self) -> tuple[Said, ...]:
        """Drafts that nobody has let go yet."""
        return tuple(said for said in self.said if not said.gate.approved)


def wanted_rule(db: Db, now: datetime, reference: str, change: ScopeChange) -> Rule:
    """Who would belong: for whom people are to be read from the company's own database."""
    with db.transaction() as tx:
        disruption = find(tx, reference)
        return _wanted(tx, now, disruption, change)


def _wanted(tx: Tx, now: datetime, disruption: Disruption, change: ScopeChange) -> Rule:
    # Whether a value is a slip is asked of the people who come, not of those who happen to be here.
    revision, _ = read(tx, disruption, replace(change, as_written=True), now)
    return proposed_rule(tx, disruption, revision, anew=change.anew)


def preview(
    db: Db,
    now: datetime,
    reference: str,
    change: ScopeChange,
    bring: Callable[[Tx, Disruption, Rule], object] | None = None,
) -> ShownScope:
    """Who would hear what. Nothing is stored, nothing leaves: also what `bring` reads of people is undone."""
    with db.transaction(keep=False) as tx:
        disruption = find(tx, reference)
        if bring is not None:
            bring(tx, disruption, _wanted(tx, now, disruption, change))
        revision, warnings = read(tx, disruption, change, now)
        rule = proposed_rule(tx, disruption, revision, anew=change.anew)
        return ShownScope(
            reference=disruption.reference,
            mode=disruption.mode,
            where=revision.text,
            possibly=revision.possibly,
            services=revision.services,
            differences=tuple(owed.difference(tx, Asked(disruption.disruption_id, rule, revision.rev))),
            gap=verdicts.survey(tx, rule).gap,
            warnings=warnings,
        )


@retried
def rescope(
    db: Db,
    writer: Writer,
    act: Act,
    reference: str,
    change: ScopeChange,
    news: News,
    consent: Consent,
) -> Rescoped:
    """Propose a scope, write what is owed, and bring each notice to the gate; the first that opens it puts the
    scope in force.

    What still goes by the old scope stops at once. If the process dies before the commit nothing has happened.
    """
    check_own_words(Facts.from_mapping(news.facts), news.statements)
    with db.transaction() as tx:
        disruption = begin(tx, reference)
        revision, _ = read(tx, disruption, change, act.now)
        rev = revisions.propose(
            tx, disruption.disruption_id, revision, anew=change.anew, actor=act.actor, now=act.now
        )
        timeline_id = enter(tx, act, disruption, KIND, _promise(tx, disruption, news, act.now))
        rule = rule_at(tx, disruption.disruption_id, NoticeKind.PARTIAL, rev, timeline_id)
        found = owed.difference(tx, Asked(disruption.disruption_id, rule, rev))
        audit.append(
            tx,
            actor=act.actor,
            act=KIND,
            at=act.now,
            disruption_id=disruption.disruption_id,
            after=_public(rule, rev),
        )
        drafts = [
            draft_notice(tx, writer, disruption.disruption_id, kind, timeline_id, act.now, rev=rev)
            for what, kind in NOTICES.items()
            if any(d.what == what and (d.people or d.unreachable) for d in found)
        ]
        said = _approve_each(tx, writer, act, drafts, consent)
        if not said:
            _put_in_force(tx, disruption, rule, rev, consent, act.now)
        elif not any(each.gate.approved for each in said):
            revisions.hold_rescoped(tx, disruption.disruption_id, rev=rev, actor=act.actor)
        return Rescoped(disruption.reference, rev, said)


def _approve_each(
    tx: Tx, writer: Writer, act: Act, drafts: Sequence[int], consent: Consent
) -> tuple[Said, ...]:
    said: list[Said] = []
    for notice_id in drafts:
        untranslated = of_a_later_notice(tx, writer.words, notice_id)
        gate = approve_in(tx, act, notice_id, consent)
        consent = _left(consent, gate)
        said.append(Said(name_of(tx, notice_id), gate, untranslated=untranslated))
    return tuple(said)


def _left(consent: Consent, gate: Gate) -> Consent:
    """A ceiling bounds all notices of one change together."""
    if consent.ceiling is None:
        return consent
    return replace(consent, ceiling=max(0, consent.ceiling - gate.people))


def _put_in_force(
    tx: Tx, disruption: Disruption, rule: Rule, rev: int, consent: Consent, now: datetime
) -> None:
    """Nobody has to hear of it; what differs from the data is acknowledged all the same."""
    gap = verdicts.survey(tx, rule).gap
    if not gap_is_accepted(gap, consent.accept_gap):
        raise Refused(gap_objection(gap))
    revisions.put_in_force(tx, disruption.disruption_id, rev, now=now)
    revisions.cancel_rescoped(tx, disruption.disruption_id, rev=rev)


def read(
    tx: Tx, disruption: Disruption, change: ScopeChange, now: datetime
) -> tuple[Revision, tuple[str, ...]]:
    """The scope as it would be, and warnings about how it is written. Raises `BadInput`, `Refused`."""
    if change.everybody and not change.scope.everybody:
        raise BadInput("Say for whom, or --everybody, not both.")
    before = disruptions.revision(tx, disruption.disruption_id)
    services = known_services(tx, change.services) if change.services else tuple(before.services)
    _refuse_others(tx, disruption, set(services) - set(before.services))
    after = Revision(
        before.rev + 1,
        "" if change.everybody else before.text,
        None if change.everybody else before.predicate,
        sorted(services),
        change.possibly or before.possibly,
        before.roles,
    )
    found = scope.read_scope(tx, change.scope, now)
    if found.predicate is None:
        return after, ()
    return replace(after, text=found.text, predicate=to_json(found.predicate)), found.warnings


def _refuse_others(tx: Tx, disruption: Disruption, added: set[str]) -> None:
    for other in disruptions.open_ones(tx, disruption.mode):
        if other.disruption_id != disruption.disruption_id and added & set(other.services):
            raise Refused(
                f"D-{other.reference} is about {', '.join(sorted(added & set(other.services)))} already: "
                "leave that out here."
            )


def proposed_rule(tx: Tx, disruption: Disruption, revision: Revision, *, anew: bool) -> Rule:
    """What would be true under a revision that is not stored."""
    now = rule_at(tx, disruption.disruption_id, NoticeKind.PARTIAL)
    predicate = None if revision.predicate is None else from_json(revision.predicate)
    return replace(
        now,
        services=revision.services,
        predicate=predicate,
        possibly=revision.possibly,
        restored=() if anew else now.restored,
    )


def _promise(tx: Tx, disruption: Disruption, news: News, now: datetime) -> News:
    """Who hears of a change hears when the next update was promised, too."""
    promised = news.next_update_at or promises.standing(tx, disruption.disruption_id, now=now)
    return replace(news, next_update_at=promised)


def _public(rule: Rule, rev: int) -> dict[str, object]:
    return {
        "rev": rev,
        "services": rule.services,
        "possibly": rule.possibly,
    }
