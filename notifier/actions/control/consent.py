"""How far somebody agrees, and what is still missing until a notice may leave."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from notifier.actions.notices.reasons import reason
from notifier.errors import Refused
from notifier.model.approval import ALL, Part, may_give, named, parts, recorded
from notifier.pipeline.audience import gap_is_accepted
from notifier.store import Tx
from notifier.store.audience.verdicts import Gap
from notifier.store.company import catalogue
from notifier.store.disruptions import approvals, disruptions
from notifier.store.disruptions.approvals import Approval
from notifier.store.disruptions.notices import Notice


@dataclass(frozen=True, slots=True)
class Consent:
    """How far somebody agrees before they have seen the frozen list."""

    yes: bool = False
    """Send to at most as many as are counted now."""
    ceiling: int | None = None
    accept_gap: int | None = None
    list_hash: str | None = None
    """Send to exactly this frozen list."""
    part: Part = Part.BOTH
    """What they approve; somebody else may approve the rest."""
    break_glass: str | None = None
    """Why they approve what policy wants somebody else to approve; shown for ever."""
    by_policy: bool = False
    """Nobody approves this one: a policy that somebody applied has decided beforehand."""

    @property
    def is_given(self) -> bool:
        return self.yes or self.ceiling is not None or self.list_hash is not None

    @property
    def overrides(self) -> bool:
        """Policy does not ask for somebody else here."""
        return self.by_policy or self.break_glass is not None


@dataclass(frozen=True, slots=True)
class Round:
    """One person at the gate."""

    author: str
    before: tuple[Approval, ...]
    """What others, or they, have approved already and still holds."""
    giving: frozenset[Part]

    @property
    def missing(self) -> frozenset[Part]:
        return ALL - self.giving - {part for each in self.before for part in parts(each.part)}

    def waits(self) -> str:
        """For whom the notice waits, as a sentence."""
        done = f"You have approved {named(self.giving)}. " if self.giving else ""
        needs = named(self.missing).capitalize()
        return f"{done}{needs} must be approved by somebody other than {self.author} (policy four_eyes)."


def round_of(tx: Tx, notice: Notice, actor: str, consent: Consent, gap: Gap) -> Round:
    """Who has approved what of this draft, and what this actor may add to it."""
    policy = catalogue.policy(tx)
    author = author_of(tx, notice)
    before = tuple(a for a in approvals.given(tx, notice) if a.part == "words" or gap_is_accepted(gap, a.gap))
    may = may_give(policy.four_eyes, author, actor, overrides=consent.overrides)
    had = {part for each in before for part in parts(each.part)}
    return Round(author, before, (parts(consent.part) & may) - had)


def author_of(tx: Tx, notice: Notice) -> str:
    entries = disruptions.timeline(tx, notice.disruption_id)
    return next(e.actor for e in entries if e.timeline_id == notice.timeline_id)


def require_another(tx: Tx, notice: Notice, actor: str, part: Part, consent: Consent) -> None:
    """Raises `Refused` where policy wants somebody else than the author to approve that part."""
    author = author_of(tx, notice)
    if part not in may_give(catalogue.policy(tx).four_eyes, author, actor, overrides=consent.overrides):
        raise Refused(f"The {part} must be approved by somebody other than {author} (policy four_eyes).")


def approval_of(
    notice: Notice, actor: str, consent: Consent, giving: AbstractSet[Part], ceiling: int | None
) -> Approval:
    """What is written down: only the hashes of what this person has agreed to."""
    of_audience = Part.AUDIENCE in giving
    return Approval(
        actor=actor,
        part=recorded(giving),
        words_hash=notice.words_hash if Part.WORDS in giving else None,
        rule_hash=notice.rule_hash if of_audience else None,
        list_hash=consent.list_hash if of_audience else None,
        ceiling=ceiling if of_audience else None,
        gap=consent.accept_gap if of_audience else None,
        override_reason=glass(consent),
    )


def glass(consent: Consent) -> str | None:
    """Raises `BadInput` for a reason that is none."""
    return None if consent.break_glass is None else reason("--break-glass", consent.break_glass)
