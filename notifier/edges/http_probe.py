"""One look at somebody's page: what its status, its body or its silence says of a service.

451, 403 and 410 are what a provider answers who has cut off: a suspension. A server that fails, is silent, or has
a certificate that nobody trusts is an outage.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from notifier.edges.bounded_network import Bounds, Failure, Unanswered
from notifier.edges.outgoing import Answered, Outgoing, ask
from notifier.edges.webhooks.bodies import from_json
from notifier.edges.webhooks.idiom import means
from notifier.edges.webhooks.incoming import Incoming
from notifier.edges.webhooks.paths import Spot
from notifier.errors import BadInput
from notifier.model.probe import Finding, Sight
from notifier.model.vocabulary import Kind

KEY = "http"
SUSPENDED = frozenset({403, 410, 451})
SAYS_NOTHING: Mapping[int, str] = {
    401: "it does not believe our credentials",
    407: "a proxy wants credentials",
    429: "it wants us to come less often",
}
"""Answers to who we are, not about the service."""
OF_OURS = {
    Failure.REQUEST: "correct its url or headers",
    Failure.REFUSED: "if that is right, say allow_private = true",
}
"""Failures before anybody was asked: they say nothing about a service."""

Secret = Callable[[str], str | None]


def look_at_page(asks: Mapping[str, Any], secret: Secret) -> Sight:
    """`secret`: the value of a variable of the environment."""
    headers, missing = headers_of(asks, secret)
    if missing:
        return Sight(None, f"{missing} is empty for the workers: set it.")
    return seen(asks, ask(Outgoing(asks["url"], asks.get("method", "GET"), headers), bounds_of(asks)))


def headers_of(asks: Mapping[str, Any], secret: Secret) -> tuple[dict[str, str], str | None]:
    """With the values of variables, or the name of one that is empty."""
    headers: dict[str, str] = dict(asks.get("headers", {}))
    for name, variable in asks.get("headers_env", {}).items():
        if not (value := secret(variable)):
            return {}, variable
        headers[name] = value
    return headers, None


def bounds_of(asks: Mapping[str, Any], largest: int = 1 << 20) -> Bounds:
    return Bounds(
        seconds=asks.get("timeout", 10),
        largest=largest,
        redirects=asks.get("redirects", 0),
        allow_private=asks.get("allow_private", False),
    )


def seen(asks: Mapping[str, Any], found: Answered | Unanswered) -> Sight:
    """Without the body: it may hold anything."""
    host = urlsplit(str(asks["url"])).hostname or ""
    services = tuple(asks.get("services", ()))
    if isinstance(found, Unanswered) and found.failure in OF_OURS:
        return Sight(None, f"{found.why} It was not asked: {OF_OURS[found.failure]}.")
    if isinstance(found, Unanswered) and (found.status is None or found.failure is Failure.REDIRECT):
        return Sight((_trouble(services, found.why),), found.why, found.reached)
    return replace(_judged(asks, found, host, services), reached=True)


def _judged(
    asks: Mapping[str, Any], found: Answered | Unanswered, host: str, services: tuple[str, ...]
) -> Sight:
    """By its status, and by its body where the status is right."""
    status = found.status or 0
    if not _is_expected(asks, status):
        return _unexpected(host, status, services)
    if isinstance(found, Unanswered):
        return _half(asks, found, host, status, services)
    lacking = unmet(asks, found.body)
    if lacking:
        why = f"{host} answers {status}, and {lacking}."
        return Sight((_trouble(services, why),), why)
    return Sight((), f"{host} answers {status}.")


def _is_expected(asks: Mapping[str, Any], status: int) -> bool:
    expected: list[int] = asks.get("expect", [])
    return status in expected if expected else 200 <= status < 300


def _unexpected(host: str, status: int, services: tuple[str, ...]) -> Sight:
    why = f"{host} answers {status}"
    if status in SAYS_NOTHING:
        return Sight(None, f"{why}: {SAYS_NOTHING[status]}.")
    kind = Kind.SUSPENSION if status in SUSPENDED else Kind.OUTAGE
    return Sight((_trouble(services, f"{why}.", kind),), f"{why}: that speaks of {_article(kind)}.")


def _half(
    asks: Mapping[str, Any], found: Unanswered, host: str, status: int, services: tuple[str, ...]
) -> Sight:
    """Its status is right, and the rest did not come."""
    if found.failure is not Failure.TOO_LARGE:
        why = f"{host} answers {status}. {found.why}"
        return Sight((_trouble(services, why),), why)
    if any(asks.get(key) for key in ("contains", "lacks", "json_has")):
        return Sight(None, f"{found.why} What it holds cannot be looked at: choose a smaller page.")
    return Sight((), f"{host} answers {status}.")


def _trouble(services: tuple[str, ...], why: str, kind: Kind = Kind.OUTAGE) -> Finding:
    return Finding(KEY, services, why, kind)


def _article(kind: Kind) -> str:
    return "a suspension" if kind is Kind.SUSPENSION else "an outage"


def unmet(asks: Mapping[str, Any], body: bytes) -> str:
    """The first condition that does not hold, in the words of the company's file; empty: all hold."""
    text = body.decode(errors="replace")
    for word in asks.get("contains", ()):
        if word not in text:
            return f"its body does not contain {word!r}"
    for word in asks.get("lacks", ()):
        if word in text:
            return f"its body contains {word!r}"
    conditions: Mapping[str, str] = asks.get("json_has", {})
    if not conditions:
        return ""
    try:
        message = from_json(body)
    except BadInput:
        return "its body is no JSON"
    spot = Spot(message, message, Incoming({}, body))
    return next(
        (f"{path} is not {word!r}" for path, word in conditions.items() if not _holds(spot, path, word)), ""
    )


def _holds(spot: Spot, path: str, word: str) -> bool:
    """One of several is that word; with `!` none of them is."""
    texts = spot.texts(path)
    if word.startswith("!"):
        return not any(means(text, [word[1:]]) for text in texts)
    return any(means(text, [word]) for text in texts)
