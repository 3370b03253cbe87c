"""What stands in the tags: bounded, harmless, right."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import orjson
import pytest
import wcwidth
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.model.notice_context import NoticeContext
from notifier.model.people import Person, ToldServices
from notifier.model.vocabulary import Confidence, NoticeKind, Standing, Variant
from notifier.pipeline.compose import Rendered, Words, moments, sample, used_tags
from notifier.pipeline.compose.values import Filler
from notifier.settings import data_folder

NONCE = "k3k9s8d7f6g5h4j3"
WORDS = Words.load(data_folder("templates") / "email")
STORY = sample.full(NoticeKind.FIRST)
BOTH = ("fable-5", "mythos-5")


def values(who: Person, locale: str = "en") -> dict[str, str]:
    found = WORDS.values(STORY, locale, who, NONCE)
    return {tag.removeprefix(f"n{NONCE}"): value for tag, value in found.items()}


def affected(*customers: str, name: str | None = "Ada", services: tuple[str, ...] = BOTH) -> Person:
    return Person(name, None, tuple(ToldServices(c, Standing.AFFECTED, services) for c in customers))


def test_organisations_with_the_same_services_share_one_line() -> None:
    assert (
        values(affected("Acme Ltd", "Acme Labs"))["whatR"]
        == "Fable 5 and Mythos 5, for Acme Ltd and Acme Labs"
    )
    assert values(affected("Acme Ltd"), "de")["whatR"] == "Fable 5 und Mythos 5, für Acme Ltd"


def test_organisations_with_different_services_have_a_line_each() -> None:
    who = Person(
        "Ada",
        None,
        (
            ToldServices("A & Co", Standing.AFFECTED, BOTH),
            ToldServices("B {services}", Standing.AFFECTED, ("fable-5",)),
        ),
    )
    assert values(who)["whatR"] == "A & Co: Fable 5 and Mythos 5\nB {services}: Fable 5"
    assert values(who)["whatH"] == "A &amp; Co: Fable 5 and Mythos 5<br>B {services}: Fable 5"


@pytest.mark.parametrize(("locale", "ending"), [("en", ", and 80 more"), ("de", " und 80 weitere")])
def test_a_long_list_ends_with_a_number(locale: str, ending: str) -> None:
    shown = values(affected(*(f"Org {i}" for i in range(180))), locale)["whatH"]
    assert shown.partition("<br>")[0].endswith(ending)


def test_a_long_list_of_lines_ends_with_a_number() -> None:
    held = tuple(ToldServices(f"Org {i}", Standing.AFFECTED, BOTH[: 1 + i % 2]) for i in range(180))
    assert "\nand 80 more\n" in values(Person("Ada", None, held))["whatR"]


WAYS = {
    "reply-phone": STORY,
    "reply": replace(STORY, phone=None),
    "phone": replace(STORY, reply_to=None),
    "status": replace(STORY, reply_to=None, phone=None),
    "none": replace(STORY, reply_to=None, phone=None, status_url=None),
}


def spaceless(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("locale", sample.LOCALES)
@pytest.mark.parametrize("way", WAYS)
def test_a_list_that_is_too_long_says_where_its_rest_stands(locale: str, way: str) -> None:
    story, spoken = WAYS[way], WORDS.shelf.languages[locale]
    by, phone = {"contact": way}, {"phone": phone_of(locale)}
    rest, contact = (spoken.catalogue.say(each, by, phone) for each in ("more-rest", "contact"))
    # No status page lists somebody's organisations: there the rest is asked for, and nothing refers to it.
    assert rest.endswith(contact) is (way != "status")
    assert len(rest) > len(contact) or way == "status"
    many = [f"Org {i}" for i in range(101)]
    slugs = tuple(f"service-{i}" for i in range(101))
    for who in (
        affected(*many),
        affected("Acme", services=slugs),
        Person("Ada", None, tuple(ToldServices(o, Standing.AFFECTED, BOTH[: 1 + len(o) % 2]) for o in many)),
    ):
        found = WORDS.values(story, locale, who, NONCE)
        in_text, in_html = (found[f"n{NONCE}what{form}"] for form in "RH")
        assert spaceless(in_text).endswith(spaceless(rest))
        assert in_html.endswith(f"<br>{html.escape(rest)}")
    short = WORDS.values(story, locale, affected(*many[:100]), NONCE)
    assert spaceless(contact) not in spaceless(short[f"n{NONCE}whatR"])


def phone_of(locale: str) -> str:
    number = "+1\u00a0555\u00a00100"
    return f"\u2066{number}\u2069" if locale == "ar" else number


def test_where_the_rest_stands_is_said_once_a_mail() -> None:
    orgs = [
        ToldServices(f"Org {i}", told_as, BOTH)
        for told_as in (Standing.AFFECTED, Standing.POSSIBLY)
        for i in range(101)
    ]
    found = values(Person("Ada", None, tuple(orgs)))
    assert "Ask us for the rest." not in found["whatR"]
    assert "Ask us for the rest." in found["maybeR"]


ORGANISATIONS = {
    "en": "Okafor Trading {} GmbH & Co. KG",
    "ja": "株式会社東京データセンター{}",
    "ar": "شركة النور {} للتجارة",
}


@pytest.mark.parametrize(
    ("locale", "alike", "least"),
    [
        ("en", True, 100),
        ("en", False, 75),
        ("ja", True, 75),
        ("ja", False, 50),
        ("ar", True, 75),
        ("ar", False, 50),
    ],
)
def test_a_list_shows_up_to_a_hundred_names_as_far_as_the_provider_takes_them(
    locale: str, *, alike: bool, least: int
) -> None:
    """It takes 10,000 bytes a person, and each name stands in the text and in the HTML."""
    called = [ORGANISATIONS[locale].format(i) for i in range(100)]
    held = tuple(
        ToldServices(name, Standing.AFFECTED, BOTH if alike else BOTH[: 1 + i % 2])
        for i, name in enumerate(called)
    )
    found = WORDS.values(STORY, locale, Person("Ada", None, held), NONCE)
    in_text, in_html = (found[f"n{NONCE}what{form}"] for form in "RH")
    assert len(orjson.dumps(found)) < 10_000
    assert sum(html.escape(name) in in_html for name in called) == least
    shown = spaceless(in_text)
    assert all(spaceless(name) in shown for name in called[:least])
    assert least == 100 or re.search(rf"{100 - least}\D*$", in_html.rpartition("<br>")[0])
    assert max(map(wcwidth.width, in_text.split("\n"))) <= 76


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        (None, "Hello,"),
        ("", "Hello,"),
        (" \u202e\n\u200b", "Hello,"),
        ("Ada  Okafor ", "Hello Ada Okafor,"),
        ("Ada\r\nBcc: x", "Hello Ada Bcc: x,"),
        ("עדה", "Hello \u2068עדה\u2069,"),
        ("\u202eabc\u2066", "Hello abc,"),
        ("Zoe\u0308", "Hello Zo\u00eb,"),
        ("a\ud800b", "Hello a?b,"),
    ],
)
def test_greetings(name: str | None, greeting: str) -> None:
    assert values(affected("Acme", name=name))["helloR"] == greeting


ANY_LANGUAGE = "We cannot write to you in your language yet, but you can reply in it."


def test_only_whoever_lacks_their_language_reads_that_they_can_reply_in_it() -> None:
    who = affected("Acme")
    plain, lacking = values(who), values(who._replace(lacks_language=True))
    assert (plain["helloR"], lacking["helloR"]) == ("Hello Ada,", f"Hello Ada,\n{ANY_LANGUAGE}")
    assert lacking["helloH"] == f"Hello Ada,<br>{ANY_LANGUAGE}"
    assert {key for key in plain if plain[key] != lacking[key]} == {"helloR", "helloH"}
    for lacks in (who, affected("Acme", "Labs"), affected("Acme & Co", name=None)):
        assert values(lacks._replace(lacks_language=True))["helloR"].endswith(f",\n{ANY_LANGUAGE}")


def test_nobody_is_told_to_reply_in_their_language_where_nobody_reads_it() -> None:
    who = affected("Acme")._replace(lacks_language=True)
    for way, story in WAYS.items():
        found = WORDS.values(story, "en", who, NONCE)
        assert (ANY_LANGUAGE in found[f"n{NONCE}helloR"]) == way.startswith("reply"), way
        assert all(letter.text.count("any language") == 0 for letter in rendered(story))


def rendered(story: NoticeContext) -> list[Rendered]:
    return [WORDS.render(story, "en", variant, NONCE) for variant in Variant]


def test_a_long_name_is_cut_but_never_inside_a_joined_emoji() -> None:
    assert values(affected("Acme", name="x" * 500))["helloH"] == f"Hello {'x' * 199}…,"
    family = "👩‍👩‍👧‍👦"
    shown = values(affected("Acme", name=family * 60))["helloR"].removeprefix("Hello ").removesuffix("…,")
    assert "\u200d" not in (shown[-1], shown[0])


@pytest.mark.parametrize(
    ("tz", "said"),
    [
        ("America/New_York", "Friday 27 November, 18:32 EST (23:32 UTC)"),
        ("Asia/Tokyo", "Saturday 28 November, 08:32 JST (23:32 UTC Friday)"),
        ("Asia/Kathmandu", "Saturday 28 November, 05:17 UTC+05:45 (23:32 UTC Friday)"),
        ("America/Sao_Paulo", "Friday 27 November, 20:32 UTC-03:00 (23:32 UTC)"),
        *(
            (unknown, "Friday 27 November, 23:32 UTC")
            for unknown in (None, "", "Mars/Base", "../../etc/passwd", "UTC")
        ),
    ],
)
def test_times_in_the_readers_zone(tz: str | None, said: str) -> None:
    who = Person("Ada", tz, (ToldServices("Acme", Standing.AFFECTED, BOTH),))
    assert values(who)["sinceR"] == said


DECEMBER = datetime(2026, 12, 1, 7, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("locale", "tz", "said"),
    [
        ("en", "Europe/Paris", "Tuesday 1 December, 08:25 CET (07:25 UTC)"),
        ("de", "Europe/Berlin", "Dienstag, 1. Dezember, 08:25 Uhr MEZ (07:25 Uhr UTC)"),
        ("fr", "Europe/Paris", "mardi 1er décembre à 08:25 (CET, 07:25 UTC)"),
        ("fr", None, "mardi 1er décembre à 07:25 (UTC)"),
        ("fr", "Pacific/Honolulu", "lundi 30 novembre à 21:25 (HST, mardi 07:25 UTC)"),
        ("es", "Europe/Madrid", "martes 1 de diciembre a las 08:25 CET (07:25 UTC)"),
        ("pt-BR", "America/Sao_Paulo", "1º de dezembro, terça-feira, às 04:25 UTC-03:00 (07:25 UTC)"),
        ("ja", "Asia/Tokyo", "12月1日（火）16:25（日本時間、UTC 07:25）"),  # noqa: RUF001
        ("ja", "America/New_York", "12月1日（火）02:25（EST、UTC 07:25）"),  # noqa: RUF001
        ("ja", "Pacific/Honolulu", "11月30日（月）21:25（HST、UTC 火曜日 07:25）"),  # noqa: RUF001
    ],
)
def test_times_as_each_language_writes_them(locale: str, tz: str | None, said: str) -> None:
    assert moments.full(WORDS.shelf.languages[locale], DECEMBER, tz) == said


@pytest.mark.parametrize(
    ("locale", "tz", "at", "said"),
    [
        ("es", None, "01:00", "martes 1 de diciembre a la 01:00 UTC"),
        ("es", None, "01:59", "martes 1 de diciembre a la 01:59 UTC"),
        ("es", None, "00:00", "martes 1 de diciembre a las 00:00 UTC"),
        ("es", None, "13:00", "martes 1 de diciembre a las 13:00 UTC"),
        ("es", None, "21:01", "martes 1 de diciembre a las 21:01 UTC"),
        ("es", "Europe/Madrid", "00:30", "martes 1 de diciembre a la 01:30 CET (00:30 UTC)"),
        ("es", "Europe/Madrid", "01:30", "martes 1 de diciembre a las 02:30 CET (01:30 UTC)"),
        ("es", "Asia/Tokyo", "16:00", "miércoles 2 de diciembre a la 01:00 JST (martes a las 16:00 UTC)"),
        (
            "es",
            "Pacific/Honolulu",
            "01:00",
            "lunes 30 de noviembre a las 15:00 HST (martes a la 01:00 UTC)",
        ),
        ("pt-BR", None, "01:00", "1º de dezembro, terça-feira, à 01:00 UTC"),
        ("pt-BR", None, "13:00", "1º de dezembro, terça-feira, às 13:00 UTC"),
        ("pt-BR", None, "11:01", "1º de dezembro, terça-feira, às 11:01 UTC"),
        ("pt-BR", "America/Sao_Paulo", "04:15", "1º de dezembro, terça-feira, à 01:15 UTC-03:00 (04:15 UTC)"),
        ("fr", None, "01:00", "mardi 1er décembre à 01:00 (UTC)"),
    ],
)
def test_one_o_clock_is_singular_where_hours_have_an_article(
    locale: str, tz: str | None, at: str, said: str
) -> None:
    hour, minute = map(int, at.split(":"))
    moment = DECEMBER.replace(hour=hour, minute=minute)
    spoken = WORDS.shelf.languages[locale]
    assert moments.full(spoken, moment, tz) == said
    near = moments.soon(spoken, moment, tz, moment - timedelta(hours=1))
    assert near.endswith(moments.clock(spoken, moment.astimezone(moments.zone(tz))))


@pytest.mark.parametrize(
    ("locale", "said"),
    [("es", "aproximadamente a la 01:00 UTC"), ("pt-BR", "aproximadamente à 01:00 UTC")],
)
def test_about_one_o_clock_is_singular_too(locale: str, said: str) -> None:
    at = DECEMBER.replace(hour=1, minute=0)
    assert said in moments.since(WORDS.shelf.languages[locale], at, None, Confidence.BELIEVED)


@pytest.mark.parametrize("day", range(2, 32))
def test_only_the_first_of_a_month_is_counted(day: int) -> None:
    said = moments.full(WORDS.shelf.languages["fr"], DECEMBER.replace(day=day), None)
    assert f" {day} décembre" in said


@pytest.mark.parametrize(
    ("locale", "items", "said"),
    [
        ("es", ("Fable 5", "Iris"), "Fable 5 e Iris"),
        ("es", ("Fable 5", "Mythos 5", "Hilo"), "Fable 5, Mythos 5 e Hilo"),
        ("es", ("Iris", "Fable 5"), "Iris y Fable 5"),
        ("es", ("Fable 5", "Índice"), "Fable 5 e Índice"),
        ("es", ("Fable 5", "«Iris»"), "Fable 5 e «Iris»"),
        ("es", ("Fable 5", "Hielo"), "Fable 5 y Hielo"),
        ("es", ("Fable 5", "11 más"), "Fable 5 y 11 más"),
        ("pt-BR", ("Fable 5", "Iris"), "Fable 5 e Iris"),
        ("fr", ("Fable 5", "Iris"), "Fable 5 et Iris"),
    ],
)
def test_lists_as_each_language_says_them(locale: str, items: tuple[str, ...], said: str) -> None:
    assert WORDS.shelf.languages[locale].listed(items) == said


def test_exactly_the_tags_in_use_are_filled() -> None:
    for locale in ("en", "de"):
        for variant, told_as in (
            (Variant.AFFECTED, Standing.AFFECTED),
            (Variant.POSSIBLY, Standing.POSSIBLY),
        ):
            who = Person("Ada", None, (ToldServices("Acme", told_as, BOTH),))
            rendered = WORDS.render(STORY, locale, variant, NONCE)
            assert set(values(who, locale)) == set(rendered.tags)
            assert used_tags(NONCE, rendered.subject, rendered.text, rendered.html) == rendered.tags
            assert len(rendered.tags) <= 10  # a thousand letters stay one request


def test_no_tag_is_a_part_of_another() -> None:
    tags = list(WORDS.values(STORY, "en", affected("Acme"), NONCE))
    assert not [(a, b) for a in tags for b in tags if a != b and a in b]
    assert all(re.fullmatch(r"[A-Za-z0-9]+", tag) for tag in tags)


HOSTILE = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="<>&\"'\r\n\t{}%[]()_*`#\\;:/\u202e\u2066\u2069\u200b\u0000אعx", max_size=300),
    st.sampled_from(
        [
            f"n{NONCE}whatH",
            f"n{NONCE}n{NONCE}whatRsinceR",
            f"nn{NONCE}{NONCE}whatR",
            "{customers}",
            "{name}",
            "{0}",
            "</td></tr></table><script>alert(1)</script>",
            "[click](http://evil.example)",
            "Ada\r\nBcc: all@example.com",
        ]
    ),
)


class Structure(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "br":
            self.elements.append((tag, repr(attrs)))


@settings(max_examples=150, deadline=None)
@given(
    name=st.none() | HOSTILE,
    tz=st.none() | st.text(max_size=40),
    customers=st.lists(HOSTILE, min_size=1, max_size=40),
    locale=st.sampled_from(["en", "de"]),
)
def test_a_hostile_name_injects_nothing(
    name: str | None, tz: str | None, customers: list[str], locale: str
) -> None:
    held = tuple(
        ToldServices(c, (Standing.AFFECTED, Standing.POSSIBLY)[i % 2], BOTH[i % 2 :])
        for i, c in enumerate(customers)
    )
    who = Person(name, tz, held)
    rendered = WORDS.render(STORY, locale, who.variant, NONCE)
    found = WORDS.values(STORY, locale, who, NONCE)
    assert len(orjson.dumps(found)) < 10_000
    assert not [v for v in found.values() if NONCE in v or "\r" in v or "\x00" in v or "\u202e" in v]
    assert all(wcwidth.width(line) <= 76 or " " not in line for line in found[f"n{NONCE}helloR"].split("\n"))
    page = rendered.html
    for tag, value in found.items():
        page = page.replace(tag, value)
    assert NONCE not in page
    assert Structure(page).elements == Structure(rendered.html).elements


NAMES = st.one_of(
    st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=250),
    st.text(max_size=12),
    st.sampled_from([f"n{NONCE}", f"an{NONCE}whatR", "O'Hara", "A & B", "{customers}", "\ue000", "x\ue001"]),
)
ONE = st.builds(
    Person,
    st.none() | NAMES,
    st.sampled_from([None, "Europe/Berlin", "no/where"]),
    st.builds(
        lambda *held: (ToldServices(*held),),
        NAMES,
        st.sampled_from([Standing.AFFECTED, Standing.POSSIBLY, Standing.RELEASED]),
        st.sampled_from([BOTH, BOTH[:1], ("unknown-slug",)]),
    ),
    st.sampled_from([None, 29_800_000]),
    lacks_language=st.booleans(),
)


@settings(max_examples=300, deadline=None)
@given(who=ONE, locale=st.sampled_from(["en", "de", "ar"]))
def test_a_letter_made_once_for_many_is_that_of_each(who: Person, locale: str) -> None:
    """Blanks around a name change nothing, and no letter with such a name is made together with others."""
    held = who.held[0]
    alone = who._replace(
        name=f" {who.name} " if who.name is not None else None,
        held=(held._replace(customer=f" {held.customer} "),),
    )
    content = WORDS.render(STORY, locale, Variant.AFFECTED, NONCE)
    filler = WORDS.filler(STORY, locale, NONCE, used_tags(NONCE, content.subject, content.text, content.html))
    assert filler(who) == filler(alone)
    assert not any(f"n{NONCE}" in value for value in filler(who).values())


@pytest.mark.parametrize("letter", ["x", "&", '"', "\\", "😀", "א", "x ", "日"])
def test_the_worst_person_stays_inside_the_providers_bound(letter: str) -> None:
    held = tuple(
        ToldServices(letter * 5_000, told_as, tuple(f"{letter * 300}{i}" for i in range(50)))
        for told_as in (Standing.AFFECTED, Standing.POSSIBLY)
        for _ in range(500)
    )
    found = WORDS.values(STORY, "en", Person(letter * 5_000, "Asia/Tokyo", held), NONCE)
    assert len(orjson.dumps(found)) < 10_000
    assert re.search(r"\d\d\d?\smore$", found[f"n{NONCE}whatR"])
    assert "Ask us for the rest." in found[f"n{NONCE}maybeH"]


def test_since_when_it_is_out_for_somebody_who_was_not_among_the_first() -> None:
    later = datetime(2026, 11, 28, 10, 5, tzinfo=UTC)
    story = replace(STORY, in_force={1: STORY.effective_at, 3: later, 4: later + timedelta(days=1)})

    def since(cut_minute: int | None, left_out_until: int | None) -> str:
        who = affected("Acme")._replace(cut_minute=cut_minute, left_out_until=left_out_until)
        return WORDS.values(story, "en", who, NONCE)[f"n{NONCE}sinceR"]

    first = since(None, None)
    assert "10:05 UTC" in since(int(later.timestamp()) // 60, None)
    assert since(None, 1) == since(None, 2) == since(int(later.timestamp()) // 60, None)
    assert since(None, 3) == since(None, 3).replace("28", "29") != since(None, 2)
    # Never before it began, and not after a scope that nobody has approved yet.
    assert since(0, None) == since(None, 4) == first


def test_no_name_stands_where_a_company_uses_our_marks_itself(tmp_path: Path) -> None:
    own = tmp_path / "email" / "languages" / "en.ftl"
    own.parent.mkdir(parents=True)
    own.write_text("hello = Hello { $name },\n    .unknown = \ue001 Hello,\n", "utf-8")
    marked = Words.load(data_folder("templates") / "email", tmp_path).shelf.languages["en"]
    content = WORDS.render(STORY, "en", Variant.AFFECTED, NONCE)
    filler = Filler(STORY, marked, NONCE, used_tags(NONCE, content.subject, content.text, content.html))
    assert filler(affected("Acme", name=None))[f"n{NONCE}helloR"] == "\ue001 Hello,"
