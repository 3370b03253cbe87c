"""What holds for every mail in every language: rules over what its reader sees, each a sentence where it fails."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from notifier.model.vocabulary import Variant

HEDGED = {
    "en": "may|possibly", "de": "möglicherweise", "fr": "se peut|peut-être", "es": "posible|puede", "ja": "可能性",
    "ar": "محتمل", "pt-BR": "pode|talvez|possivel",
}  # fmt: skip
OUT = {
    "en": "suspended|interrupted|impaired|outage|fault|maintenance|not work|out of (service|order)",
    "de": "gesperrt|unterbrochen|beeinträchtigt|ausfall|störung|gestört|wartung|läuft folgendes",
    "fr": "suspendu|interrompu|perturbé|panne|perturbation|maintenance|ne fonctionne",
    "es": "suspendido|interrumpido|incidencia|avería|mantenimiento|no funcion",
    "ja": "停止|中断|不安定|障害|不具合|メンテナンス|ご利用いただけ(ない|ません)",
    "ar": "معلَّق|منقطع|متعثر|متوقف|عطل|خلل|صيانة|لا يعمل",
    "pt-BR": "suspenso|interrompido|instável|falha|instabilidade|manutenção|não (está |estar )?funciona",
}
"""Says that something of the reader's is out."""
ALREADY = {
    "en": "since|as of|still (?!cannot)|continues|stays|affects|is (suspended|interrupted|impaired)|does not work",
    "de": "seit|weiterhin|noch immer|dauert an|bleibt|ist (gesperrt|unterbrochen|beeinträchtigt)",
    "fr": "depuis|toujours|continue|reste|est (suspendu|interrompu|perturbé)",
    "es": "desde|sigue|continúa|está (suspendido|interrumpido|afectado)",
    "ja": "引き続き|続いて|となってい(る|ます)|影響しています|受けて",
    "ar": "منذ|(?<!نعرفه )حتى الآن|مستمر",
    "pt-BR": "desde|continu[ae]|está (suspenso|interrompido|instável)",
}
"""Says that it has happened."""
UNKNOWN = {
    "en": "not yet know", "de": "wissen wir noch nicht|kennen wir noch nicht|noch nicht bekannt",
    "fr": "(savons|connaissons) pas encore", "es": "(todavía|aún) no (sabemos|conocemos)",
    "ja": "まだ分かって(?!いない)", "ar": "لا نعرف", "pt-BR": "ainda não (sabemos(?! dizer)|conhecemos)",
}  # fmt: skip
REPLY = {
    "en": "reply", "de": "antworten sie", "fr": "répondez", "es": "responda", "ja": "返信", "ar": "الرد على",
    "pt-BR": "responda",
}  # fmt: skip
ENDS = re.compile(r"(?<=[.!?:\u3002\uff01\uff1f\uff1a\u061f])\s*(?=\D|$)")


@dataclass
class Section:
    heading: str
    words: list[str] = field(default_factory=list[str])


class Seen(HTMLParser):
    """The preheader, the heading, and under each small heading what stands there; `words`: all but the first.

    What is quoted and what a machine prints is nobody's claim of today: `sections` leaves both out.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.preheader = self.heading = self.words = ""
        self.sections = [Section("")]
        self._in: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "br", "hr"}:
            self._in.append(tag)
        if tag == "h2":
            self.sections.append(Section(""))
        elif tag in {"p", "li"} or ("class", "what") in attrs:
            self.sections[-1].words.append("")
        self.words += " "

    def handle_endtag(self, tag: str) -> None:
        while self._in and self._in.pop() != tag:
            pass
        self.words += " "

    def handle_data(self, data: str) -> None:
        inside = set(self._in)
        if "div" in inside:
            self.preheader += data
        elif "head" not in inside:
            self.words += data
            if "h1" in inside:
                self.heading += data
            elif "h2" in inside:
                self.sections[-1].heading += data
            elif self.sections[-1].words:
                elsewhere = inside & {"blockquote", "code", "pre"}
                self.sections[-1].words[-1] += "\N{REPLACEMENT CHARACTER}" if elsewhere else data

    @property
    def body(self) -> str:
        return " ".join(words for section in self.sections for words in section.words)


@dataclass(frozen=True)
class Reader:
    """For whom a mail is, as far as rules ask."""

    locale: str
    variant: Variant
    future: bool = False
    replies: bool = True
    """Somebody reads what is answered."""
    ends: bool = False
    """It tells of an end."""


def broken(reader: Reader, subject: str, text: str, html: str) -> Iterator[str]:
    """Every rule that this mail breaks."""
    seen = Seen(html)
    if letters(seen.words) != letters(text):
        yield "its two forms say different things"
    if odd := re.search(r"\{|\}|%\]|undefined|\bNone\b|\$\w", f"{subject} {text} {seen.preheader}"):
        yield f"it shows {odd[0]!r}"
    if not (subject and seen.preheader.strip() and seen.heading.strip()):
        yield "its subject, its preheader or its heading is empty"
    yield from _empty(seen)
    if not reader.ends:
        yield from _surer_than_true(reader, seen)
    if len(re.findall(UNKNOWN[reader.locale], seen.body.lower())) > 1:
        yield "it says more than once that something is not known"
    if not reader.replies and re.search(REPLY[reader.locale], f"{seen.body} {seen.preheader}".lower()):
        yield "it asks for an answer that nobody reads"


def _empty(seen: Seen) -> Iterator[str]:
    for section in seen.sections[1:]:
        if not section.heading.strip():
            yield "it has an empty heading"
        if not any(words.strip() for words in section.words):
            yield f"nothing stands under {section.heading!r}"
    for words in (seen.preheader, seen.heading, *(w for s in seen.sections for w in s.words)):
        if odd := re.search(r"\(\s*\)| [.,]|([.\u3002]\s*){2,}|^\s*$", words):
            yield f"a hole: {words[max(0, odd.start() - 20) : odd.end() + 20]!r}"


def _surer_than_true(reader: Reader, seen: Seen) -> Iterator[str]:
    """Neither the line of the inbox, nor the heading, nor a sentence is surer than what is known of the reader."""
    locale, hedge = reader.locale, re.compile(HEDGED[reader.locale])
    claims = {"preheader": [seen.preheader], "heading": [seen.heading], "body": sentences(lead(seen))}
    for where, said in claims.items():
        for sentence in map(str.lower, said):
            out = re.search(OUT[locale], sentence)
            if out and reader.variant is Variant.POSSIBLY:
                hedged = hedge.search(sentence)
                if not hedged or (where == "preheader" and not _hedged_by(sentence, out.start(), hedge)):
                    yield f"the {where} is surer than the mail: {sentence!r}"
            already = re.search(rf"\b({ALREADY[locale]})\b" if locale != "ja" else ALREADY[locale], sentence)
            if out and reader.future and already:
                yield f"the {where} says that it has happened ({already[0]!r}): {sentence!r}"


def _hedged_by(sentence: str, at: int, hedge: re.Pattern[str]) -> bool:
    """An inbox cuts the line: the hedge stands before the claim, or at least in the same sentence."""
    end = next((m.start() for m in re.finditer(r"[.\u3002]", sentence) if m.start() > at), len(sentence))
    return hedge.search(sentence[:end]) is not None


def lead(seen: Seen) -> str:
    return " ".join(seen.sections[0].words)


def sentences(text: str) -> list[str]:
    return [each for each in ENDS.split(text) if each.strip()]


def letters(text: str) -> str:
    """Without spaces and line ends: Japanese has none of the first and may have the second anywhere."""
    return "".join(re.findall(r"\w+", text))
