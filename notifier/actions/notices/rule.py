"""By which rule the people of a notice are read, and what is true of them now."""

from collections.abc import Sequence
from dataclasses import replace

from notifier.model.kinds import KINDS
from notifier.model.scope import from_json
from notifier.model.vocabulary import NoticeKind, Possibly
from notifier.pipeline import audience
from notifier.store import Tx
from notifier.store.audience.verdicts import Back, Rule
from notifier.store.disruptions import disruptions, reviews, revisions
from notifier.store.disruptions.disruptions import Revision
from notifier.store.disruptions.notices import Notice
from notifier.store.ledger.overtaken import Question


def rule_of(disruption_id: int, revision: Revision, released: Sequence[int] = ()) -> Rule:
    predicate = None if revision.predicate is None else from_json(revision.predicate)
    return Rule(
        revision.services,
        predicate,
        Possibly(revision.possibly),
        tuple(released),
        roles=tuple(revision.roles),
        disruption_id=disruption_id,
    )


def notice_rule(tx: Tx, notice: Notice) -> Rule:
    """The rule as it was approved, without those whom a review has released since: that only takes people out."""
    return rule_at(tx, notice.disruption_id, notice.kind, audience.rev_of(tx, notice), notice.timeline_id)


def rule_at(
    tx: Tx, disruption_id: int, kind: NoticeKind, rev: int | None = None, timeline_id: int | None = None
) -> Rule:
    """What is true under a revision (None: the one in force), with what an entry of the timeline proposes."""
    revision = disruptions.revision(tx, disruption_id, rev)
    rule = rule_of(disruption_id, revision, reviews.released(tx, disruption_id))
    backs = revisions.restored(tx, disruption_id, revision.rev, timeline_id)
    back = tuple(Back(b.service, None if b.predicate is None else from_json(b.predicate)) for b in backs)
    says_back = KINDS[kind].back
    others = held_elsewhere(tx, disruption_id, rule.services) if says_back else ()
    return replace(rule, restored=back, elsewhere=others)


def question(tx: Tx, notice: Notice) -> Question:
    """What is true now of the people of a notice, whatever was true when it was approved."""
    disruption = disruptions.by_id(tx, notice.disruption_id)
    rule = rule_at(tx, notice.disruption_id, notice.kind)
    states = notice.kind is not NoticeKind.RETRACTION
    return Question(
        notice, rule, over=states and disruption.ended_as not in {None, "restored"}, states=states
    )


def held_elsewhere(tx: Tx, disruption_id: int, services: Sequence[str]) -> tuple[Rule, ...]:
    """The rules of other disruptions of the same mode that are declared, open, and about one of these."""
    mode = disruptions.by_id(tx, disruption_id).mode
    return tuple(
        rule_at(tx, other.disruption_id, NoticeKind.FIRST)
        for other in disruptions.open_ones(tx, mode)
        if other.disruption_id != disruption_id
        and other.declared_at is not None
        and set(other.services) & set(services)
    )
