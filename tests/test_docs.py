"""The documents say of commands, options, settings, files and numbers what the code says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import psycopg
import pytest

from notifier import settings
from notifier.actions.background.paging import LEASE
from notifier.edges import alarm_command, company_file, facts_file
from notifier.edges.alarm_file import AlarmTable, BodyName
from notifier.edges.probe_file import OF_TYPES, ProbeTable
from notifier.edges.webhooks import DIALECTS
from notifier.entry import events, hooks, metrics
from notifier.entry.problem import STATUSES
from notifier.entry.web import web
from notifier.model import contract
from notifier.model.alarm import CALM, FAILING, PAUSES, SEVERITY
from notifier.model.facts import CONTACT, QUESTIONS, SINCE
from notifier.model.policy import Policy
from notifier.model.probe import ProbeType
from notifier.pipeline.compose.ftl import CHOICES
from notifier.pipeline.compose.variables import VARIABLES
from notifier.store.company import audience_view

from . import rooms
from .documents import (
    CODE,
    DOCS,
    PAGES,
    ROOT,
    anchors,
    fenced,
    first_names,
    homeless_options,
    lines_of,
    links,
    options_of,
    rows_of_table,
    wrong_commands,
)

BODIES = get_args(BodyName)
PACKAGE = ROOT / "notifier"
TEXTS = {page.relative_to(ROOT).as_posix(): page.read_text("utf-8") for page in PAGES}
NOT_FOR_PEOPLE = {settings.EMBEDDED}

every_page = pytest.mark.parametrize("name", TEXTS)


def page(name: str) -> str:
    return TEXTS[f"notifier/docs/{name}.md"]


# ---------------------------------------------------------------- every page


@every_page
def test_every_command_exists_and_has_the_options_that_stand_on_it(name: str) -> None:
    assert wrong_commands(TEXTS[name]) == []


@every_page
def test_an_option_alone_belongs_to_a_command_that_its_paragraph_names(name: str) -> None:
    assert homeless_options(TEXTS[name]) == []


def test_that_check_finds_what_is_wrong() -> None:
    assert wrong_commands(
        "`notifier suspend --nonce`, `notifier nothing`, `notifier templates lint --bare`"
    ) == [
        "notifier suspend --nonce",
        "notifier nothing",
        "notifier templates lint --bare",
    ]
    assert homeless_options("`--nonce` of `suspend`") == ["--nonce"]
    assert homeless_options("`notifier list` and `--dry-run`") == ["--dry-run"]
    assert homeless_options("`notifier suspend` and `--dry-run`") == []


@every_page
def test_every_path_exists(name: str) -> None:
    ours = re.compile(r"(?:notifier|templates|migrations|tests|\.ci|\.github)/[\w./-]*")
    paths = [word for line in lines_of(TEXTS[name]) for word in line.split() if ours.fullmatch(word)]
    assert [path for path in paths if not (ROOT / path).exists()] == []


@every_page
def test_every_module_that_is_run_exists_and_knows_its_options(name: str) -> None:
    for line in lines_of(TEXTS[name]):
        if run := re.search(r"python -m (tests\.[\w.]+)(.*)", line):
            source = (ROOT / f"{run[1].replace('.', '/')}.py").read_text("utf-8")
            assert [
                option for option in re.findall(r"--[a-z-]+", run[2]) if f'"{option}"' not in source
            ] == []


@every_page
def test_every_link_leads_somewhere(name: str) -> None:
    for link in links(TEXTS[name]):
        if re.match(r"https?://|mailto:", link):
            continue
        target, _, fragment = link.partition("#")
        path = ((ROOT / name).parent / target).resolve() if target else ROOT / name
        assert path.exists(), link
        if fragment:
            assert fragment in anchors(path.read_text("utf-8")), link


@every_page
def test_every_setting_exists(name: str) -> None:
    assert set(re.findall(r"\bNOTIFIER_[A-Z_]+", TEXTS[name])) <= known_settings()


@every_page
def test_no_page_knows_a_build_machine_or_a_registry(name: str) -> None:
    assert not re.search(r"/work/|/home/|/root/|pypi|registry\.|index-url", TEXTS[name])


# ---------------------------------------------------------------- single pages


def known_settings() -> set[str]:
    source = Path(settings.__file__).read_text("utf-8")
    return set(re.findall(r"\b(NOTIFIER_[A-Z_]+|SENDGRID_API_KEY)\b", source))


def test_operating_names_every_setting() -> None:
    assert set(first_names(page("operating"), "variable")) == known_settings() - NOT_FOR_PEOPLE


def test_operating_names_every_key_of_policy_and_its_default() -> None:
    found = {row[0].strip("`"): row[1] for row in rows_of_table(page("operating"), "key")}
    assert found == {name: shown(getattr(Policy(), name)) for name in company_file.PolicyTable.model_fields}


def shown(default: object) -> str:
    match default:
        case None | {} | ():
            return "none"
        case bool():
            return f"`{str(default).lower()}`"
        case str():
            return f"`{default}`"
        case tuple():
            return ", ".join(f"`{each}`" for each in default)
        case float() | int():
            return f"{default:g}" if default % 1 else f"{default:.0f}"
        case _:
            raise AssertionError(default)


def test_operating_names_every_address_of_the_web_process() -> None:
    served = {route.path for route in web(None).routes}  # type: ignore[arg-type]
    assert set(first_names(page("operating"), "address")) == served


def test_operating_names_every_metric() -> None:
    ours = {f"notifier_{name}" for name in metrics.HELP} | {"notifier_silent"}
    assert set(first_names(page("operating"), "metric")) == ours


def test_webhooks_names_every_dialect_and_every_key_of_a_source() -> None:
    assert set(first_names(page("webhooks"), "dialect")) == set(DIALECTS)
    assert set(first_names(page("webhooks"), "key")) == set(company_file.SourceTable.model_fields)
    (usual, any_tool) = (
        company_file.read(shown.encode()).sources[0] for shown in fenced(page("webhooks"), "toml")
    )
    assert usual.map == {"fable-prod": "fable-5"}
    assert any_tool.read
    said = {name for row in rows_of_table(page("webhooks"), "in `read`") for name in CODE.findall(row[0])}
    assert said == set(type(any_tool.read).model_fields)


def test_verdict_names_every_key_of_a_service() -> None:
    named = {name for row in rows_of_table(page("verdict"), "in a service") for name in CODE.findall(row[0])}
    assert named == set(company_file.ServiceTable.model_fields)
    (shown,) = fenced(page("verdict"), "toml")
    (service,) = company_file.read(shown.encode()).services
    assert (service.needs, service.after) == (2, 300)


def test_probes_names_every_key_of_a_probe_and_for_which_types_it_is() -> None:
    rows = {key: row for row in rows_of_table(page("probes"), "key") for key in CODE.findall(row[0])}
    known = {"json" if key == "json_has" else key for key in ProbeTable.model_fields}
    assert set(rows) == known
    every = {each.value for each in ProbeType}
    for key, row in rows.items():
        types = {each.value for each in OF_TYPES.get("json_has" if key == "json" else key, ProbeType)}
        named = set(CODE.findall(row[1]))
        said = every if row[1] == "all" else every - named if row[1].startswith("not") else named
        assert said == types, key
    (shown,) = fenced(page("probes"), "toml")
    assert {probe.type for probe in company_file.read(shown.encode()).probes} == set(ProbeType)


def test_alarms_names_every_key_body_and_kind() -> None:
    shown = company_file.read(fenced(page("alarms"), "toml")[0].encode())
    assert shown.policy_values() == {"on_call": ["ops@example.com"]}
    assert set(first_names(page("alarms"), "body")) == {each.body for each in shown.alarms} == set(BODIES)
    assert set(first_names(page("alarms"), "key")) == set(AlarmTable.model_fields)
    kinds = {row[0].strip("`"): row[1] for row in rows_of_table(page("alarms"), "kind")}
    assert kinds == {kind: str(severity) for kind, severity in SEVERITY.items()}
    minutes = CALM.total_seconds() / 60
    assert (minutes, FAILING, alarm_command.SECONDS, LEASE.total_seconds()) == (5, 3, 10, 120), "it says so"
    assert [pause.total_seconds() for pause in PAUSES] == [10, 30, 60, 120, 300, 600, 1200, 1800, 3600]


def test_webhooks_says_what_is_answered_and_how_much_is_taken() -> None:
    answered = {int(row[0]) for row in rows_of_table(page("webhooks"), "status")}
    assert answered == {202, 413, *STATUSES.values()} - {409}  # evidence is never in conflict with anything
    assert f"at most {hooks.LARGEST_BODY >> 20} MiB" in page("webhooks")
    assert f"at most {events.LARGEST_POST >> 20} MiB" in page("webhooks")


def test_the_facts_that_words_shows_are_read_as_they_stand() -> None:
    (facts,) = fenced(page("words"), "toml")
    assert facts_file.read(facts, "facts.toml")["facts"]["memo"]["public"] is False
    rows = rows_of_table(page("words"), "fact")
    assert {row[0].strip("`"): set(CODE.findall(row[1])) for row in rows} == {
        **{name: set(asked.codes) for name, asked in QUESTIONS.items()},
        SINCE: set(),
    }
    assert all(f"`{name}`" in page("words") for name in CONTACT)


def test_words_names_every_notice_language_choice_and_variable() -> None:
    email = ROOT / "templates" / "email"
    notices = {path.name.removesuffix(".md.j2") for path in (email / "notices").iterdir()}
    assert set(first_names(page("words"), "notice")) == notices
    languages = re.search(r"Packaged languages are (.*)\. A", page("words"))
    assert languages is not None
    assert CODE.findall(languages[1]) == sorted(path.stem for path in (email / "languages").glob("*.ftl"))
    choices = {f"${name}" for name in (*CHOICES, "n")}
    assert set(first_names(page("words"), "chooses by")) == choices
    assert all(f"`{value}`" in page("words") for values in CHOICES.values() for value in values)
    made = {name for name in VARIABLES if not re.search(r"_known$|_new$|^asof", name)}
    assert set(first_names(page("words"), "variable")) == made


SHOP = """
CREATE TABLE country (id int PRIMARY KEY, iso char(2));
CREATE TABLE address (id int PRIMARY KEY, street text, country_id int REFERENCES country);
CREATE TABLE customer (id int PRIMARY KEY, company text, contact text, email text, lang varchar(5), plan text,
                       address_id int REFERENCES address);
CREATE TABLE subscription (customer_id int REFERENCES customer, product varchar(20), blocked_at timestamptz);
"""


def test_the_view_of_a_company_database_keeps_the_contract(database_url: str) -> None:
    (example,) = fenced(page("company-database"), "sql")
    with psycopg.connect(database_url) as connection:
        connection.execute(f"CREATE SCHEMA shop; SET search_path = shop; {SHOP}{example}".encode())
        connection.commit()
        found = audience_view.columns(audience_view.Outer(connection, "The shop"))
        connection.execute("DROP OWNED BY notifier_reader; DROP ROLE notifier_reader")
    assert contract.faults(contract.examine(found)) == ()
    names = set(first_names(page("company-database"), "in the view"))
    assert names == set(found) == {column.name for column in contract.COLUMNS}


# ---------------------------------------------------------------- contributing, rules, decisions, changelog


def test_the_picture_of_the_rooms_is_up_to_date() -> None:
    made = rooms.picture()
    assert max(map(len, made.splitlines())) <= rooms.WIDTH
    assert rooms.on_the_page(page("contributing")) == made, "python -m tests.rooms --write"


def rules() -> dict[int, str]:
    return {int(n): name for n, name in re.findall(r"^## (\d+)\. (.+)$", page("rules"), re.MULTILINE)}


def test_there_are_ten_rules() -> None:
    assert list(rules()) == list(range(1, 11))


def texts_of_code() -> Iterator[tuple[str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        strings = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        yield path.relative_to(ROOT).as_posix(), "\n".join(s for s in strings if isinstance(s, str))


def test_no_code_cites_what_is_not_here() -> None:
    """No number of a rule, which says nothing, and no page that only its author had."""
    cites = re.compile(r"\b(RULE|[Rr]ule) [0-9]|\bDESIGN\b|\bLEDGER\b(?!_)|\bfacts/|\b[A-Z]{4,}\.md\b")
    assert [name for name, text in texts_of_code() if cites.search(text)] == []


def test_a_docstring_that_cites_a_rule_says_it() -> None:
    named = {name.lower() for name in rules().values()}
    for name, text in texts_of_code():
        said = " ".join(text.split())
        for cited in re.findall(r"`rules\.md`(.{0,60})", said):
            found = re.match(r", \*([^*]+)\*", cited)
            assert found is not None, f"{name}: rules.md is cited without a rule"
            assert found[1].lower() in named, f"{name}: there is no rule {found[1]!r}"


def test_every_decision_says_what_and_why_and_they_are_in_order() -> None:
    records = re.split(r"^## ", page("decisions"), flags=re.MULTILINE)[1:]
    dates = [record.split()[0] for record in records]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", date) for date in dates)
    assert dates == sorted(dates)
    for record in records:
        parts = re.findall(r"^- \*\*(\w+)\.\*\* \S", record, re.MULTILINE)
        assert parts[:2] == ["Decision", "Why"], record
        assert set(parts[2:]) <= {"Tried", "Price"}, record


def test_the_changelog_is_kept_as_its_form_wants_it() -> None:
    heads = re.findall(r"^## (.+)$", page("changelog"), re.MULTILINE)
    assert heads[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", head) for head in heads[1:])
    kinds = set(re.findall(r"^### (.+)$", page("changelog"), re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(options_of()) - {""} <= set(re.findall(r"`notifier ([a-z]+(?: [a-z]+)?)`", page("changelog")))


def test_every_document_is_found_from_the_readme_and_from_those_who_look_on_github() -> None:
    readme = TEXTS["README.md"]
    assert {f"notifier/docs/{path.name}" for path in DOCS.glob("*.md")} <= set(links(readme))
    assert "../notifier/docs/contributing.md" in links(TEXTS[".github/CONTRIBUTING.md"])
    assert "../notifier/docs/operating.md" in links(TEXTS[".github/SECURITY.md"])
