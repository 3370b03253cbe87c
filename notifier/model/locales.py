"""Which text somebody reads: the nearest of their locale and its parents."""

from collections.abc import Iterator, Mapping


def in_locale(texts: Mapping[str, str], locale: str) -> str | None:
    """The text for the nearest of `chain(locale)`; blank counts as missing."""
    by_tag = {tag.replace("_", "-").lower(): text for tag, text in texts.items()}
    return next((by_tag[tag] for tag in chain(locale) if by_tag.get(tag, "").strip()), None)


def chain(locale: str) -> Iterator[str]:
    """`de_CH` -> `de-ch`, `de`: the locale and its parents, lower case."""
    parts = locale.strip().replace("_", "-").lower().split("-")
    for end in range(len(parts), 0, -1):
        yield "-".join(parts[:end])
