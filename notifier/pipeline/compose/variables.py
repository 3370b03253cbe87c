"""Everything that a template may name, made from the context of a notice."""

from collections.abc import Mapping
from typing import TypeAlias

from markupsafe import Markup

from notifier.model.facts import CONTACT, QUESTIONS
from notifier.model.notice_context import NoticeContext
from notifier.model.vocabulary import Kind, Manner, Variant
from notifier.pipeline.compose import answers, names, quoting, tags, values
from notifier.pipeline.compose.phrases import Phrases, Quote

SUBJECT_SERVICES = 3
"""Names in a subject; further ones are counted."""

LONGEST_TITLE = 300

FILLED = frozenset({*tags.SAID, *QUESTIONS, *CONTACT, "title", "services", "reference"})
"""What messages may show as well."""

OF_ALL = frozenset({*CONTACT, "title", "services", "reference"})
"""Of these, what everybody in every group reads alike."""
CHOSEN_FOR_ALL = frozenset({"time", "kind", "contact"})

VARIABLES = FILLED | frozenset(
    {f"{name}_{trait}" for name in QUESTIONS for trait in ("known", "new")}
    | {"right", "phone_new", "status_url_new", "still", "hedged", "mixed", "works", "cut", "unexplained"}
    | {"signature"}
    | {"gap", "affected", "possibly", "still_out", "maybe_out", "future", "statement", "elsewhere", "news"}
    | {"quoted", "whole", "stands", "over", "broken"}
)
LAYOUT_VARIABLES = frozenset({"lang", "dir", "subject", "preheader", "body", "notice"})

Variables: TypeAlias = dict[str, str | bool | Markup]
NEEDED: Mapping[Variant, frozenset[str]] = {
    Variant.AFFECTED: frozenset({"hello", "what"}),
    Variant.POSSIBLY: frozenset({"hello", "maybe"}),
    Variant.BOTH: frozenset({"hello", "what", "maybe"}),
    Variant.STILL_AFFECTED: frozenset({"hello", "what", "out"}),
    Variant.STILL_POSSIBLY: frozenset({"hello", "what", "maybe"}),
    Variant.STILL_BOTH: frozenset({"hello", "what", "out", "maybe"}),
}
"""A template that leaves one out would not say whom or what it is about."""


def variables(
    context: NoticeContext, spoken: Phrases, variant: Variant, nonce: str, quote: Quote
) -> Variables:
    """As `quote` makes the company's own words safe for where they will stand."""
    made: Variables = {name: tags.neutral(nonce, name) for name in tags.SAID}
    made["next"] = made["next"] if context.next_update_at else ""
    made["wrote"] = made["wrote"] if context.earlier else ""
    for name in QUESTIONS:
        made[name] = answers.said(context, spoken, name, nonce, quote)
        made[f"{name}_known"] = context.facts.shown(name) is not None
        made[f"{name}_new"] = name in context.fresh
    sayable = answers.sayable(context, spoken.locale)
    made["assessment"] = made["assessment"] if made["assessment_known"] else ""
    return (
        made
        | _of_the_context(context, spoken, quote)
        | quoting.variables(context, spoken.locale, variant, nonce)
        | {
            "affected": variant is not Variant.POSSIBLY,
            "possibly": variant in {Variant.POSSIBLY, Variant.BOTH},
            "still_out": variant in {Variant.STILL_AFFECTED, Variant.STILL_BOTH},
            "maybe_out": variant in {Variant.STILL_POSSIBLY, Variant.STILL_BOTH},
            "still": variant in _REST,
            "hedged": context.heard is Manner.WAS_POSSIBLY and variant not in _REST,
            "mixed": context.heard is Manner.WAS_BOTH,
            "works": context.heard.startswith(Manner.WORKS),
            "cut": context.heard is Manner.CUT,
            "statement": tags.neutral(nonce, "statement") if context.statement(spoken.locale) else "",
            "unexplained": not (context.cause_known or made["end_known"] or context.dated("end")),
            "news": bool(sayable),
            "right": "\n".join(
                f"- {each.line}" for each in answers.given(context, spoken, sayable, nonce, quote)
            ),
            "elsewhere": sayable != context.fresh
            or any(text.strip() for text in context.statements.values()),
        }
    )


def chosen(context: NoticeContext, variant: Variant) -> dict[str, str]:
    """What messages choose by, beside numbers: `catalogue.CHOICES`."""
    certainty = variant if variant in {Variant.POSSIBLY, Variant.BOTH} else Variant.AFFECTED
    ways = [way for way, there in (("reply", context.reply_to), ("phone", context.phone)) if there]
    return {
        "certainty": certainty.value,
        "time": "future" if context.since[0] > context.now else "now",
        "kind": context.kind.value,
        "contact": "-".join(ways) or ("status" if context.status_url else "none"),
        "rest": _REST.get(variant, "none"),
    }


def of_some(name: str, context: NoticeContext, spoken: Phrases) -> str:
    """A message of `phrases.OF_SOME`. Empty where this language has none, or had none when a notice was frozen."""
    if None in spoken.catalogue.needs([name]).values():
        return ""
    made = _of_the_context(context, spoken, Quote(plain=str, code=str))
    shown = {each: value for each, value in made.items() if isinstance(value, str)}
    return spoken.catalogue.say(name, chosen(context, Variant.AFFECTED), shown)


_REST = {Variant.STILL_AFFECTED: "out", Variant.STILL_POSSIBLY: "maybe", Variant.STILL_BOTH: "both"}


def _of_the_context(context: NoticeContext, spoken: Phrases, quote: Quote) -> Variables:
    called = [service.name for service in context.services]
    rtl = spoken.right_to_left
    signing = filter(None, (context.signed_by, context.company))
    under = [names.clean(each, LONGEST_TITLE, right_to_left=rtl) for each in signing]
    url = (context.status_url or "").replace("{reference}", context.reference)
    return {
        "title": quote.plain(names.clean(context.title or "", LONGEST_TITLE, right_to_left=rtl)),
        "services": quote.plain(values.service_list(spoken, called, SUBJECT_SERVICES, 60)),
        "reference": quote.plain(names.isolated(context.reference, right_to_left=rtl)),
        "gap": spoken["gap"],
        "broken": context.kind is not Kind.SUSPENSION,
        "future": context.since[0] > context.now,
        "company": quote.plain(names.clean(context.company, LONGEST_TITLE, right_to_left=rtl)),
        "signed_by": quote.plain(under[0]) if context.signed_by else "",
        "signature": "\\\n".join(quote.plain(each) for each in under),
        "phone": quote.plain(_phone(context.phone, right_to_left=rtl)),
        "reply_to": quote.plain(line(context.reply_to or "")),
        "status_url": url if CONTACT["status_url"].fullmatch(url) else "",
        "phone_new": not context.fresh.isdisjoint({"phone", "reply_to"}),
        "status_url_new": "status_url" in context.fresh,
    }


def _phone(number: str | None, *, right_to_left: bool) -> str:
    """In one piece, and from left to right."""
    shown = line(number or "").replace(" ", "\u00a0")
    return f"\u2066{shown}\u2069" if shown and right_to_left else shown


def line(text: str) -> str:
    """One line: a subject or a name never brings a line end, and so never a header, along."""
    return " ".join("".join(c if _stays(c) else " " for c in text).split())


def _stays(letter: str) -> bool:
    return letter.isprintable() or letter in names.ISOLATES
