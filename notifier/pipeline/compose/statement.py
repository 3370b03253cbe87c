"""The company's free words: a time without a zone means another hour to every second reader."""

import re
from collections.abc import Iterator, Mapping

from notifier.errors import BadInput
from notifier.model.facts import Facts

_CLOCK = (
    r"(?<![\d.:])(?:[01]?\d|2[0-3])[:：][0-5]\d(?:[:：][0-5]\d)?(?![\d:])(?:\s*[ap]\.?m\b\.?)?"  # noqa: RUF001
    r"|\b(?:1[0-2]|0?[1-9])\s?[ap]\.?m\b\.?"
    r"|\b(?:[01]?\d|2[0-3])(?:[.:][0-5]\d)?\s?Uhr\b"
    r"|\b(?:[01]?\d|2[0-3])h[0-5]\d\b"
    r"|(?:\bà|vers|avant|après|dès)\s(?:[01]?\d|2[0-3])\s?h(?:\s?[0-5]\d)?\b"  # "3 h" alone is a while
    r"|(?:午前|午後)?\s?(?:[01]?\d|2[0-4])時(?!間)(?:[0-5]?\d分|半)?"
    r"|(?:الساعة)\s+(?:\d{1,2})(?:[:.]\d{2})?"
)
_ZONE = (
    r"(?:UTC|GMT|Z\b|[A-Z]{1,4}(?:[SD]T|T)\b|MEZ\b|MESZ\b|OEZ\b|WEZ\b|[+-](?:0\d|1[0-4]):?[0-5]\d"
    r"|Uhr\s+(?:UTC|GMT|[A-Z]{2,5}\b)|日本時間|(?:heure|hora|Ortszeit|local time|time in)\b|بتوقيت)"
)
_BETWEEN = (
    r"(?:\s*(?:-|–|—|to|and|or|until|till|bis|und|oder|à|et|ou|y|o|a|hasta|から|まで|~|〜|و|أو|إلى|حتى)\s*)"  # noqa: RUF001
)
_TIME = re.compile(f"(?:{_CLOCK})", re.IGNORECASE)
_SETTLED = re.compile(rf"(?:{_BETWEEN}(?i:{_CLOCK}))*\s*[,，]?\s*[(（]?\s*{_ZONE}")  # noqa: RUF001
_BEFORE = re.compile(r"(?:日本時間|UTC|GMT)\s*(?:午前|午後)?\s*$")
_CODE = re.compile(r"`[^`\n]*`|^(?: {4}|\t).*$|https?://\S+", re.MULTILINE)


def check_statements(statements: Mapping[str, str]) -> None:
    """Raises `BadInput` with locale and line of every time of day that has no zone."""
    check_own_words(Facts(), statements)


def check_own_words(facts: Facts, statements: Mapping[str, str]) -> None:
    """The same of everything that the company has written itself: statements, and facts in its own words."""
    texts = {f"statement in {locale!r}": text for locale, text in statements.items()}
    for name, fact in facts.known.items():
        if fact.public and isinstance(fact.value, Mapping):
            texts |= {f"fact {name} in {locale!r}": text for locale, text in fact.value.items()}
    found = [
        f"The {which}, line {line}: {said!r} has no time zone; write for instance '{said} UTC'."
        for which, text in texts.items()
        for line, said in without_zone(text)
    ]
    if found:
        raise BadInput(found[0], details=tuple(found[1:]))


def without_zone(text: str) -> Iterator[tuple[int, str]]:
    """(line, time) for every time of day that no zone follows. What stands in code is left alone."""
    plain = _CODE.sub(lambda match: " " * len(match[0]), text)
    settled_until = 0
    for match in _TIME.finditer(plain):
        settled = _SETTLED.match(plain, match.end())
        settled_until = settled.end() if settled else settled_until
        if match.start() >= settled_until and not _BEFORE.search(plain, 0, match.start()):
            yield plain.count("\n", 0, match.start()) + 1, re.sub(r"(?<=[^.]m)\.$", "", match[0].strip())
