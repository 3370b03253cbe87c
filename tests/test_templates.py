"""Every notice, in every language, for everybody, whatever is known: it renders, and both forms say the same."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from itertools import product

import html5lib
import pytest

from notifier.model.earlier import Earlier
from notifier.model.facts import Facts
from notifier.model.kinds import ENDINGS, variants_of
from notifier.model.notice_context import NoticeContext
from notifier.model.people import Person, ToldServices
from notifier.model.vocabulary import Kind, Manner, NoticeKind, Reason, Standing, Variant
from notifier.pipeline.compose import Rendered, Words, quoting, sample, variables
from notifier.settings import data_folder
from tests import mail_rules
from tests.mail_rules import letters
from tests.sandbox import Wish, arrived

NONCE = "k3k9s8d7f6g5h4j3"
WORDS = Words.load(data_folder("templates") / "email")
NOTICES = (
    NoticeKind.FIRST, NoticeKind.UPDATE, NoticeKind.CORRECTION, NoticeKind.RESTORED, NoticeKind.CONFIRMED,
    NoticeKind.RELEASED, NoticeKind.PARTIAL, NoticeKind.RETRACTION, NoticeKind.HOLDING,
)  # fmt: skip
LOCALES = ("ar", "de", "en", "es", "fr", "ja", "pt-BR")
FAULTS = (NoticeKind.FIRST, NoticeKind.UPDATE, NoticeKind.RESTORED)
"""Notices that have words of their own where something broke and nobody was cut off on purpose."""
BELIEF = {
    "en": "We believe", "de": "Wir gehen", "fr": "Nous pensons", "es": "Creemos", "ja": "考えて", "ar": "نعتقد",
    "pt-BR": "Acreditamos",
}  # fmt: skip
DENIAL = {
    "en": "Nothing new to report", "de": "nichts Neues zu berichten", "fr": "Rien de nouveau",
    "es": "No hay novedades", "ja": "新しい情報はございません", "ar": "لا جديد",
    "pt-BR": "Nada de novo a informar",
}  # fmt: skip
SUSPENDED = {
    "en": "suspend", "de": "gesperrt", "fr": "suspend", "es": "suspend", "ja": "停止", "ar": "معل",
    "pt-BR": "suspens",
}  # fmt: skip

STATES = {
    "missing": {},
    "confirmed": {name: fact for name, fact in sample.ANSWERS.items() if name != "end"},
    "believed": {
        name: {"value": fact["value"] if isinstance(fact, dict) else fact, "confidence": "believed"}
        for name, fact in sample.ANSWERS.items()
    },
    "unknown": {name: {"confidence": "unknown"} for name in sample.ANSWERS},
    "internal": {
        name: {"value": fact["value"] if isinstance(fact, dict) else fact, "public": False}
        for name, fact in sample.ANSWERS.items()
    },
    "own words": {
        "data": {"en": "kept on *our* side <b>", "de": "bei *uns* erhalten <b>"},
        "cause": {"value": {"en": "a US government directive"}, "confidence": "believed"},
    },
}
NAMES = {
    "plain": "Ada Okafor",
    "unknown": None,
    "blank": " \u200b\n ",
    "markup": "<b>&\"'</b> [click](http://evil.example) _x_ *y*",
    "lines": "Ada\r\nBcc: all@example.com",
    "bidi": "\u202eevil\u202c עדה",
    "long": "x" * 500,
    "emoji": "👩‍👩‍👧‍👦" * 60,
    "tag": f"n{NONCE}whatH n{NONCE}n{NONCE}sinceRwhatR",
}


class Page(HTMLParser):
    """Elements of a page, and the words a reader sees (not the title, the preheader or comments)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._hidden += tag in {"head", "div"}
        self.words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"head", "div"}
        self.words.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


def person(variant: Variant, name: str | None = "Ada Okafor", tz: str | None = "America/New_York") -> Person:
    affected = ToldServices(name or "Acme Ltd", Standing.AFFECTED, ("fable-5", "mythos-5"))
    possibly = ToldServices("Acme Labs", Standing.POSSIBLY, ("fable-5",))
    over = ToldServices(name or "Acme Ltd", Standing.RESTORED, ("fable-5",))
    held = {
        Variant.AFFECTED: (affected,),
        Variant.POSSIBLY: (possibly,),
        Variant.BOTH: (affected, possibly),
        Variant.STILL_AFFECTED: (over, affected),
        Variant.STILL_POSSIBLY: (over, possibly),
        Variant.STILL_BOTH: (over, affected, possibly),
    }
    return Person(name, tz, held[variant])


def story(notice: NoticeKind, state: str) -> NoticeContext:
    return replace(sample.full(notice), facts=Facts.from_mapping(STATES[state]))


def mail(told: NoticeContext, locale: str, who: Person) -> tuple[Rendered, tuple[str, str, str]]:
    rendered = WORDS.render(told, locale, who.variant, NONCE)
    return rendered, filled(rendered, WORDS.filler(told, locale, NONCE, rendered.tags)(who))


def filled(rendered: Rendered, values: Mapping[str, str]) -> tuple[str, str, str]:
    subject, text, html = rendered.subject, rendered.text, rendered.html
    for tag, value in values.items():
        subject, text, html = (part.replace(tag, value) for part in (subject, text, html))
    return subject, text, html


CASES = [*((notice, Kind.SUSPENSION) for notice in NOTICES), *product(FAULTS, [*Kind][1:])]


WAYS: tuple[dict[str, None], ...] = (
    {},
    {"reply_to": None},
    {"phone": None},
    {"reply_to": None, "phone": None},
    {"reply_to": None, "phone": None, "status_url": None},
)
"""How people reach the company, each in turn."""


def standings(told: NoticeContext) -> Iterator[NoticeContext]:
    """What a correction or a retraction may find: a sentence, a whole text, nothing left that is out."""
    yield told
    if told.earlier is not None:
        *_, whole = sample.contexts(told.notice)
        yield replace(told, statements={}, earlier=whole.earlier)
        yield replace(told, earlier=replace(told.earlier, over=True))


def table(notice: NoticeKind, kind: Kind) -> Iterator[tuple[str, NoticeContext, Variant, bool]]:
    """Every situation of a notice: what is known x now or to come x how people reach us x standing x certainty."""
    for n, (state, future) in enumerate(product(STATES, (False, True))):
        told = replace(story(notice, state), kind=kind, **WAYS[n % len(WAYS)])
        if future:
            told = replace(told, effective_at=told.now + timedelta(days=2))
        for at, stands in enumerate(standings(told)):
            over = stands.earlier is not None and stands.earlier.over  # one text for all, see `Earlier`
            for variant in (Variant.AFFECTED,) if over else variants_of(notice):
                yield f"{kind} {notice} {variant} {state} {future=} {at}", stands, variant, future


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("notice", "kind"), CASES)
def test_every_mail_keeps_every_rule(notice: NoticeKind, kind: Kind, locale: str) -> None:
    found: dict[str, str] = {}
    for where, told, variant, future in table(notice, kind):
        _, (subject, text, html) = mail(told, locale, person(variant))
        over = notice in ENDINGS or (told.earlier is not None and told.earlier.over)
        reader = mail_rules.Reader(locale, variant, future, told.reply_to is not None, ends=over)
        for sentence in mail_rules.broken(reader, subject, text, html):
            found.setdefault(sentence, where)
    assert not found


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("notice", "kind"), CASES)
def test_no_name_breaks_a_mail(notice: NoticeKind, kind: Kind, locale: str) -> None:
    for variant in variants_of(notice):
        told = replace(story(notice, "confirmed"), kind=kind)
        rendered = WORDS.render(told, locale, variant, NONCE)
        values = WORDS.filler(told, locale, NONCE, rendered.tags)
        for oddity, name in NAMES.items():
            subject, text, html = filled(rendered, values(person(variant, name)))
            where = f"{notice} {kind} {locale} {variant} {oddity}"
            assert NONCE not in subject + text + html, where
            page = Page(html)
            assert letters("".join(page.words)) == letters(text), where
            assert len(page.all("h1")) == 1, where
            assert len(html.encode()) < 60_000, where
            assert "\n" not in subject, where


def test_the_pages_that_arrive_are_valid_html() -> None:
    wishes = {
        f"{notice} {kind} {variant} {locale}": Wish(
            replace(sample.full(notice), kind=kind), locale, person(variant, NAMES["markup"])
        )
        for (notice, kind), locale in product(CASES, LOCALES)
        for variant in variants_of(notice)
    }
    for mail in arrived(WORDS, wishes).values():
        html5lib.HTMLParser(strict=True).parse(mail.html)  # raises at the first error


@pytest.mark.parametrize("notice", FAULTS)
@pytest.mark.parametrize("locale", LOCALES)
def test_what_broke_does_not_read_like_what_was_forbidden(locale: str, notice: NoticeKind) -> None:
    texts: dict[Kind, str] = {}
    for kind in Kind:
        told = replace(sample.full(notice), kind=kind, reason=Reason.FAULT, facts=Facts())
        variant = Variant.STILL_BOTH if notice in ENDINGS else Variant.BOTH
        _, (_, texts[kind], _) = mail(told, locale, person(variant))
        assert (SUSPENDED[locale] in texts[kind]) == (kind is Kind.SUSPENSION)
    assert len(set(texts.values())) == len(Kind)


@pytest.mark.parametrize(
    "notice", [n for n in NOTICES if n not in {NoticeKind.RETRACTION, NoticeKind.HOLDING}]
)  # those have no facts
@pytest.mark.parametrize("locale", LOCALES)
def test_an_unconfirmed_fact_never_sounds_certain(notice: NoticeKind, locale: str) -> None:
    _, (_, sure, _) = mail(story(notice, "confirmed"), locale, person(Variant.AFFECTED))
    _, (_, unsure, _) = mail(story(notice, "believed"), locale, person(Variant.AFFECTED))
    whole = notice in {NoticeKind.FIRST, NoticeKind.CONFIRMED}
    shown = 5 if notice is NoticeKind.FIRST else 3
    sure_of, unsure_of = (letters(text).count(letters(BELIEF[locale])) for text in (sure, unsure))
    assert sure_of == whole  # the assessment is believed there too
    assert unsure_of >= shown
    for certain in (
        "Time without access is not charged.",
        "Kept, unchanged",
        "Die Zeit ohne Zugang wird nicht",
    ):
        assert certain not in unsure


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_internal_reads_like_what_is_not_known(locale: str) -> None:
    for notice in NOTICES:
        mails = {
            state: mail(story(notice, state), locale, person(Variant.BOTH))[1]
            for state in ("missing", "unknown", "internal")
        }
        assert mails["internal"] == mails["unknown"] == mails["missing"]


def test_the_first_notice_answers_every_question_in_order() -> None:
    told = replace(
        sample.full(NoticeKind.FIRST),
        facts=Facts.from_mapping(sample.ANSWERS | {"end": {"confidence": "unknown"}}),
    )
    _, (subject, text, _) = mail(told, "en", person(Variant.AFFECTED, "Ada Okafor"))
    assert subject == "Suspension of Fable 5 and Mythos 5 (reference 7K2M)"
    answers = (
        "Your access is suspended",
        "Hello Ada Okafor,",
        "As of Friday 27 November, 18:32 EST (23:32 UTC)",
        "Fable 5 and Mythos 5, for Ada Okafor",
        "We are sorry.",
        "A statement.",
        "Why: A legal order requires this. All customers abroad are concerned.",
        "We believe it is a misunderstanding. We are working to restore access.",
        "We do not yet know when access returns.",
        "What you will see: Requests fail with error 403, model_suspended.",
        "What still works: All our other services work as usual.",
        "Your data: Kept, unchanged.",
        "Billing: Time without access is not charged.",
        "Next update: By email before Friday 22:00 EST (03:00 UTC Saturday)",
        "Reply to this email and a person will read it, or call +1 555 0100.",
        "We will not ask for a password.",
        "https://status.example.com/7K2M",
        "Example AI",
    )
    flat = " ".join(text.split())
    places = [flat.index(answer) for answer in answers]
    assert places == sorted(places)


def test_the_german_first_notice_reads_as_german() -> None:
    _, (subject, text, html) = mail(
        sample.full(NoticeKind.FIRST), "de", person(Variant.AFFECTED, tz="Europe/Berlin")
    )
    flat = " ".join(text.split())
    assert subject == "Sperrung von Fable 5 und Mythos 5 (Vorgang 7K2M)"
    assert (
        "Guten Tag Ada Okafor, seit Samstag, 28. November, 00:32 Uhr MEZ (Freitag, 23:32 Uhr UTC) ist" in flat
    )
    assert "Per E-Mail bis Samstag, 04:00 Uhr MEZ (03:00 Uhr UTC)" in flat
    assert '<html lang="de" dir="ltr"' in html


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("state", ["sample", "bare", "titled"])
def test_the_subject_is_the_same_for_all_notices_and_says_no_status(locale: str, state: str) -> None:
    make = sample.bare if state == "bare" else sample.full
    title = "Models under review\r\nBcc: x@example.com" if state == "titled" else None
    subjects = {
        WORDS.render(replace(make(notice), title=title), locale, variant, NONCE).subject
        for notice in NOTICES
        for variant in variants_of(notice)
    }
    assert len(subjects) == 1
    subject = subjects.pop()
    assert "7K2M" in subject
    assert not re.search(r"[\r\n]|suspend|gesperrt|restor|back|update", subject)


def test_many_services_make_a_short_subject() -> None:
    services = tuple(replace(sample.full(NoticeKind.FIRST).services[0], slug=f"s{i}") for i in range(9))
    subject = WORDS.render(
        replace(sample.full(NoticeKind.FIRST), services=services), "en", Variant.AFFECTED, NONCE
    ).subject
    assert subject == "Suspension of Fable 5, Fable 5, Fable 5, and 6 more (reference 7K2M)"


def test_the_hedged_words_are_hedged_and_say_no_reason() -> None:
    for notice, locale in product(NOTICES, LOCALES):
        told = replace(list(sample.contexts(notice))[-1], statements={})
        hedged = Variant.STILL_POSSIBLY if notice in ENDINGS else Variant.POSSIBLY
        _, (_, text, _) = mail(told, locale, person(hedged))
        assert re.search(mail_rules.HEDGED[locale], text.lower())
        assert "access to the following is suspended" not in " ".join(text.split())
        assert not re.search("attribute|national|country|record|Staat|Angabe", text)


@pytest.mark.parametrize("notice", sorted(ENDINGS))
def test_whoever_hears_of_an_end_hears_what_is_still_out(notice: NoticeKind) -> None:
    _, (_, text, _) = mail(sample.full(notice), "en", person(Variant.STILL_BOTH, "Acme Ltd"))
    over, rest = text.split("Still suspended for you:")
    out, maybe = rest.split("May be suspended as well:")
    assert "Fable 5, for Acme Ltd" in over
    assert "Acme Labs" not in over
    assert out.split("\n\n")[0].strip() == "Fable 5 and Mythos 5, for Acme Ltd"
    assert maybe.split("\n\n")[0].strip() == "Fable 5, for Acme Labs"
    _, (_, text, _) = mail(sample.full(notice), "en", person(Variant.AFFECTED))
    assert not re.search("[Ss]till|[Pp]art of|[Nn]ot all", text)


def said(locale: str, name: str, told: NoticeContext, variant: Variant = Variant.AFFECTED) -> str:
    """The letters of a message as it reads in this mail, up to what differs from person to person."""
    by = variables.chosen(told, variant)
    text = WORDS.shelf.languages[locale].catalogue.say(name, by, {"since": "\0", "back": "\0"})
    return letters(max(text.split("\0"), key=len))


ENDED = (NoticeKind.RESTORED, NoticeKind.PARTIAL)


@pytest.mark.parametrize("notice", ENDED)
@pytest.mark.parametrize("locale", LOCALES)
def test_an_end_says_no_more_to_whoever_had_only_heard_that_it_may_be_out(
    locale: str, notice: NoticeKind
) -> None:
    for kind in Kind:
        told = replace(sample.full(notice), kind=kind, heard=Manner.WAS_POSSIBLY)
        _, (_, text, html) = mail(told, locale, person(Variant.AFFECTED))
        for name in ("lifted-heading", "lifted-lead", "released-sorry"):
            assert said(locale, name, told) in letters(text), (kind, name)
        for name in ("restored-heading", "restored-lead", "restored-sorry", "broken-restored-lead"):
            assert said(locale, name, told) not in letters(text), (kind, name)
        assert said(locale, "lifted-heading", told) in letters(html.split('class="preheader"')[1][:400])


@pytest.mark.parametrize("notice", [*ENDED, NoticeKind.RELEASED])
@pytest.mark.parametrize("locale", LOCALES)
def test_what_ends_before_it_began_never_was(locale: str, notice: NoticeKind) -> None:
    for kind, variant in product(Kind, variants_of(notice)):
        told = replace(sample.full(notice), kind=kind)
        told = replace(told, effective_at=told.now + timedelta(days=2))
        _, (_, text, _) = mail(told, locale, person(variant))
        assert said(locale, "lifted-lead", told) in letters(text), (kind, variant)
        now = replace(told, effective_at=sample.FRIDAY)
        for name in ("restored-heading", "restored-lead", "restored-sorry", "open-lead", "released-lead"):
            assert said(locale, name, now) not in letters(text), (kind, variant, name)
        heading = "lifted-heading" if variant is Variant.AFFECTED else "released-heading.part"
        heading = (
            "released-heading" if (notice, variant) == (NoticeKind.RELEASED, Variant.AFFECTED) else heading
        )
        assert letters(text).startswith(said(locale, heading, told)), (kind, variant)


@pytest.mark.parametrize("notice", ENDED)
@pytest.mark.parametrize("locale", LOCALES)
def test_where_only_some_of_it_had_surely_been_out_it_can_be_used(locale: str, notice: NoticeKind) -> None:
    mixed = replace(sample.full(notice), heard=Manner.WAS_BOTH)
    rest = [v for v in variants_of(notice) if v is not Variant.AFFECTED]
    for told, variant in [(mixed, Variant.AFFECTED), *((mixed, each) for each in rest)]:
        _, (_, text, _) = mail(told, locale, person(variant))
        assert said(locale, "open-lead", told) in letters(text), variant
        assert said(locale, "restored-lead", told) not in letters(text), variant


@pytest.mark.parametrize("locale", LOCALES)
def test_who_is_not_affected_after_all_reads_whether_it_works_where_the_data_shows_it(locale: str) -> None:
    for heard, name in (
        (Manner.COMMON, None), (Manner.WORKS, "released-works"), (Manner.CUT, "released-works.not"),
    ):  # fmt: skip
        told = replace(sample.full(NoticeKind.RELEASED), heard=heard)
        _, (_, text, _) = mail(told, locale, person(Variant.AFFECTED))
        for each in ("released-works", "released-works.not"):
            assert (said(locale, each, told) in letters(text)) == (each == name), (heard, each)
    withdrawn = replace(sample.full(NoticeKind.RETRACTION), heard=Manner.WORKS_WAS_AFFECTED)
    _, (_, text, _) = mail(withdrawn, locale, person(Variant.AFFECTED))
    assert said(locale, "released-works", withdrawn) in letters(text)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_correction_quotes_what_was_wrong_and_marks_it_as_quoted(locale: str) -> None:
    told = sample.full(NoticeKind.CORRECTION)
    assert told.earlier is not None
    wrong = told.earlier.passages[locale]
    _, (_, text, html) = mail(told, locale, person(Variant.AFFECTED))
    assert f"> {wrong}" in text
    assert text.count(wrong) == 1
    assert wrong in html.split("<blockquote")[1].split("</blockquote>")[0]
    assert text.index(wrong) < text.index(told.statements[locale])


@pytest.mark.parametrize("locale", LOCALES)
def test_a_correction_by_facts_says_what_is_right_in_every_language(locale: str) -> None:
    facts = Facts.from_mapping(sample.ANSWERS | {"billing": "charged", "since": sample.FRIDAY})
    told = replace(sample.full(NoticeKind.CORRECTION), facts=facts, statements={"nl": "Iets."})
    spoken = WORDS.shelf.languages[locale]
    lacking = replace(told, facts=facts.merged(Facts.from_mapping({"billing": {"nl": "Gewoon."}})))
    for each, fresh, says in (
        (told, {"billing", "since"}, True),
        (told, set[str](), False),
        (lacking, {"billing"}, False),
        (lacking, {"billing", "data"}, True),
    ):
        _, (_, text, _) = mail(replace(each, fresh=frozenset(fresh)), locale, person(Variant.AFFECTED))
        assert (letters(spoken["correction-elsewhere"]) in letters(text)) != says, (fresh, text)
    _, (_, text, _) = mail(replace(told, fresh=frozenset({"billing"})), locale, person(Variant.AFFECTED))
    right = text.split(spoken["correction-right"])[1].split(spoken["standing"])[0]
    assert letters(spoken["billing-charged"]) in letters(right)
    assert letters(text).count(letters(spoken["billing-charged"])) == 1


def test_a_telephone_number_and_a_time_are_corrected_as_well() -> None:
    told = replace(sample.full(NoticeKind.CORRECTION), statements={})
    _, (_, text, _) = mail(
        replace(told, fresh=frozenset({"phone", "since", "status_url"})), "en", person(Variant.AFFECTED)
    )
    right = text.split("This is right:")[1].split("How your access stands")[0]
    assert "- Start: Friday 27 November, 18:32 EST" in right
    assert "or call +1 555 0100" in " ".join(right.split())
    assert "https://status.example.com/7K2M" in right


@pytest.mark.parametrize("locale", LOCALES)
def test_to_whom_nothing_is_out_any_more_a_correction_says_only_what_was_wrong(locale: str) -> None:
    told = sample.full(NoticeKind.CORRECTION)
    assert told.earlier is not None
    over = replace(told, earlier=replace(told.earlier, over=True))
    _, (_, text, html) = mail(over, locale, person(Variant.AFFECTED))
    assert re.search("Fable 5.{1,5}Mythos 5", text)
    assert SUSPENDED[locale] not in text
    assert SUSPENDED[locale] not in html.split("<body")[1]


def test_a_retraction_needs_nothing_written_and_says_what_still_holds() -> None:
    told = replace(sample.full(NoticeKind.RETRACTION), statements={}, earlier=None)
    for locale in LOCALES:
        _, (_, text, _) = mail(told, locale, person(Variant.AFFECTED))
        assert SUSPENDED[locale] not in text
    *_, stands = sample.contexts(NoticeKind.RETRACTION)
    _, (_, text, _) = mail(stands, "en", person(Variant.AFFECTED))
    assert "access to the following is suspended for you" in " ".join(text.split())


def test_a_frozen_text_is_quoted_to_the_letter_with_the_placeholders_of_the_new_notice() -> None:
    first = WORDS.render(sample.full(NoticeKind.FIRST), "en", Variant.AFFECTED, NONCE)
    source = quoting.from_frozen(first.text, NONCE, "newNONCE1234")
    assert NONCE not in source
    about = Earlier(sample.FRIDAY, texts={("en", "affected"): source})
    told = replace(sample.full(NoticeKind.CORRECTION), earlier=about)
    rendered = WORDS.render(told, "en", Variant.AFFECTED, "newNONCE1234")
    quoted = [line[2:] for line in rendered.text.split("\n") if line.startswith("> ")]
    words = letters(re.sub(r"n\w+R", "", " ".join(quoted)))
    assert words == letters(re.sub(rf"n{NONCE}[a-z]+R", "", first.text))
    assert "whatR" in " ".join(quoted)
    assert "wassinceR" in " ".join(quoted)


def test_both_variants_keep_the_two_lists_apart() -> None:
    _, (_, text, _) = mail(sample.full(NoticeKind.FIRST), "en", person(Variant.BOTH, "Acme Ltd"))
    sure, hedged = text.split("may be suspended for you as well:")
    assert "Fable 5 and Mythos 5, for Acme Ltd" in sure
    assert "Acme Labs" not in sure
    assert hedged.lstrip().startswith("Fable 5, for Acme Labs")


def test_what_has_not_happened_yet_is_announced_and_not_lamented() -> None:
    told = sample.full(NoticeKind.FIRST)
    told = replace(told, effective_at=told.now + timedelta(days=2))
    _, (_, text, _) = mail(told, "en", person(Variant.AFFECTED))
    assert text.startswith("Your access will be suspended\n")
    assert "had no warning" not in text
    assert "working to restore" not in text


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    "notice", [NoticeKind.FIRST, NoticeKind.HOLDING, NoticeKind.UPDATE, NoticeKind.CORRECTION]
)
def test_what_may_come_is_not_announced_as_certain(notice: NoticeKind, locale: str) -> None:
    told = sample.full(notice)
    told = replace(told, effective_at=told.now + timedelta(days=2), facts=Facts(), statements={})

    def shown(variant: Variant) -> tuple[str, str]:
        _, (_, text, html) = mail(told, locale, person(variant))
        preheader = html.split('class="preheader"')[1].split(">", 1)[1].split("<")[0]
        return preheader.lower(), text.split("\n\n")[0].lower()

    for hedged, sure in zip(shown(Variant.POSSIBLY), shown(Variant.AFFECTED), strict=True):
        assert not re.search(mail_rules.HEDGED[locale], sure)
        assert (
            re.search(mail_rules.HEDGED[locale], hedged) or hedged == sure
        )  # equal: it says nothing of the state
    assert shown(Variant.POSSIBLY)[0] != shown(Variant.AFFECTED)[0]


@pytest.mark.parametrize("locale", LOCALES)
def test_news_that_exist_in_another_language_only_are_not_denied(locale: str) -> None:
    other = "nl"
    told = replace(sample.full(NoticeKind.UPDATE), statements={other: "Des nouvelles."})
    silent = replace(told, statements={})
    _, (_, text, _) = mail(told, locale, person(Variant.AFFECTED))
    _, (_, nothing, _) = mail(silent, locale, person(Variant.AFFECTED))
    denial = DENIAL[locale]
    assert denial in " ".join(nothing.split())
    assert denial not in " ".join(text.split())
    assert "Des nouvelles" not in text


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("reason", Reason)
def test_every_kind_and_reason_has_words(kind: Kind, reason: Reason) -> None:
    for notice, locale in product(NOTICES, LOCALES):
        told = replace(sample.bare(notice), kind=kind, reason=reason)
        assert mail(told, locale, person(Variant.BOTH))[1][1]


@pytest.mark.parametrize("notice", NOTICES)
def test_the_page_is_made_for_mail_programs(notice: NoticeKind) -> None:
    _, (_, _, html) = mail(sample.full(notice), "en", person(Variant.BOTH))
    page = Page(html)
    assert all(table.get("role") == "presentation" for table in page.all("table"))
    outer = page.all("table")[0]
    assert (outer["lang"], outer["dir"]) == ("en", "ltr")
    assert not page.all("img") + page.all("script") + page.all("link") + page.all("form")
    assert [a["href"] for a in page.all("a")] == ["https://status.example.com/7K2M"]
    assert {"name": "color-scheme", "content": "light dark"} in page.all("meta")
    assert all("style" in attrs for attrs in page.all("p") + page.all("h1"))
    assert "prefers-color-scheme: dark" in html
    first = next(attrs for name, attrs in page.elements[[n for n, _ in page.elements].index("body") + 1 :])
    assert first["class"] == "preheader"
    preheader = html.split('class="preheader"')[1].split(">", 1)[1].split("<")[0]
    assert preheader.startswith(
        (
            "Suspended since Friday",
            "We are looking into it.",
            "Still suspended.",
            "Access has been back since",
            "You are not",
            "Please disregard",
        )
    )


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("words", "ground"),
    [
        *product(("#1f2630", "#12181f", "#596472", "#3c4653", "#1a56a8"), ("#fdfdfe", "#f1f3f6")),
        *product(("#dde3ea", "#f2f5f8", "#a3afbd", "#8fbcff"), ("#1c2229", "#272f38")),
    ],
)
def test_colours_can_be_read(words: str, ground: str) -> None:
    layout = (data_folder("templates") / "email" / "layout.html.j2").read_text()
    assert words in layout
    assert ground in layout
    bright, dark = sorted((_luminance(words), _luminance(ground)), reverse=True)
    assert (bright + 0.05) / (dark + 0.05) >= 4.5
