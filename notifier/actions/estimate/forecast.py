"""What a send would take: requests, time, how much a pause cannot stop; and who has reviewed the words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notifier.actions.notices.draft import Writer
from notifier.model.declaration import Declaration
from notifier.model.policy import Policy
from notifier.model.vocabulary import Kind, Mode, NoticeKind
from notifier.pipeline.audience import range_people
from notifier.pipeline.compose.reviews import Signature
from notifier.store import Tx
from notifier.store.company import catalogue
from notifier.store.ledger import rate_limit

PROVIDERS: Mapping[str, str] = {Mode.LIVE: "sendgrid", Mode.REHEARSAL: "sandbox"}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Who stands for the words of one language."""

    locale: str
    by: str
    """One name, or several."""
    on: str
    """ISO date of the latest review."""


@dataclass(frozen=True, slots=True)
class Forecast:
    requests: int
    """About: people are frozen in growing ranges, and each language fills chunks of its own."""
    seconds: float | None
    """With one worker, from what the last requests took; None: nothing has been sent to this provider yet."""
    at_most: int
    """Letters that a pause could no longer stop, with one worker."""
    reviewed: tuple[Reviewed, ...]
    """Languages that somebody would read and for whose words somebody stands."""


def forecast(tx: Tx, writer: Writer, declaration: Declaration, people: Mapping[str, int]) -> Forecast:
    """`people` by the language they read."""
    policy = catalogue.policy(tx)
    requests = count_requests(list(people.values()), policy)
    each = rate_limit.seconds_each(tx, PROVIDERS[declaration.mode])
    return Forecast(
        requests=requests,
        seconds=None if each is None else duration(requests, each, policy),
        at_most=min(sum(people.values()), policy.lanes * policy.chunk_people),
        reviewed=_reviewed(writer, declaration.kind, sorted(people)),
    )


def count_requests(groups: Sequence[int], policy: Policy) -> int:
    """Chunks of groups that read different words, as freezing in ranges makes them."""
    total, frozen, requests = sum(groups), 0, 0
    while frozen < total:
        upto = min(total, frozen + range_people(frozen, policy.range_people))
        shares = ((upto * group // total) - (frozen * group // total) for group in groups)
        requests += sum(-(-share // policy.chunk_people) for share in shares)
        frozen = upto
    return requests


def duration(requests: int, each: float, policy: Policy) -> float:
    """Seconds for so many requests: several at a time, and not more in a second than policy allows."""
    least = requests / policy.requests_per_second if policy.requests_per_second else 0.0
    return max(least, -(-requests // policy.lanes) * each)


def _reviewed(writer: Writer, kind: Kind, locales: Sequence[str]) -> tuple[Reviewed, ...]:
    there = [locale for locale in locales if writer.words.reviewed(NoticeKind.FIRST, locale, kind)]
    return tuple(_signed(locale, writer.words.reviews(NoticeKind.FIRST, locale, kind)) for locale in there)


def _signed(locale: str, reviews: Sequence[Signature]) -> Reviewed:
    by = ", ".join(sorted({review.by for review in reviews}))
    return Reviewed(locale, by, max(review.on for review in reviews).isoformat())
