"""Each limit of SendGrid's, from a valid mail that breaks just that one."""

from typing import Any

import pytest

from notifier.local.sandbox.limits import problems

NOW = 1_795_000_000


def mail(**changed: Any) -> dict[str, Any]:
    whole = {
        "from": {"email": "n@acme.example"},
        "subject": "S",
        "content": [{"type": "text/plain", "value": "T"}, {"type": "text/html", "value": "H"}],
        "personalizations": [{"to": [{"email": "ada@example.com"}]}],
    } | changed
    return {name: value for name, value in whole.items() if value is not None}


def people(*each: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"to": [{"email": f"p{n}@example.com"}]} | one for n, one in enumerate(each)]


def found(**changed: Any) -> list[tuple[str | None, str]]:
    return [(problem.field, problem.message) for problem in problems(mail(**changed), NOW)]


def test_a_valid_mail_has_no_problem() -> None:
    assert found() == []
    assert found(personalizations=people(*[{"custom_args": {"a": "b"}}] * 1000)) == []
    assert found(send_at=NOW + 72 * 3600, headers={"References": "<x@y>"}, categories=["a"]) == []


@pytest.mark.parametrize(
    ("changed", "field", "text"),
    [
        ({"personalizations": []}, "personalizations", "You must have at least one personalization."),
        ({"personalizations": people(*[{}] * 1001)},
         "personalizations", "You have provided 1001 personalizations."),
        ({"personalizations": people({"cc": [{"email": f"c{n}@example.com"} for n in range(1000)]})},
         "personalizations", "There is a limit of 1000 total recipients (to + cc + bcc) per request."),
        ({"personalizations": people({}, {"to": []})}, "personalizations.1.to", "The to parameter is required"),
        ({"personalizations": people({}, {"to": [{"email": "nobody"}]})}, "personalizations.1.to.0.email",
         "Does not contain a valid address."),
        ({"personalizations": people({"to": [{"email": "a" * 310 + "@example.com"}]})},
         "personalizations.0.to.0.email",
         "exceeds the maximum total length of 320"),
        ({"personalizations": people({"bcc": [{"email": "P0@example.com"}]})}, "personalizations",
         "should be unique between to, cc, and bcc"),
        ({"personalizations": people({"substitutions": {"-a-": "x" * 10_000}})},
         "personalizations.0.substitutions",
         "may not exceed 10,000 bytes"),
        ({"personalizations": people({"substitutions": {"-a-": None}})}, "personalizations.0.substitutions",
         "the values are all strings"),
        ({"personalizations": people(*[{"substitutions": {f"-{n}-": "" for n in range(11)}}] * 1000)},
         "personalizations", "You are limited to 10,000 substitutions."),
        ({"personalizations": people({"custom_args": {"b": "x" * 6000}}), "custom_args": {"a": "x" * 6000}},
         "personalizations.0.custom_args", "may not exceed 10,000 bytes"),
        ({"personalizations": people({"custom_args": {"b": 3}})},
         "personalizations.0.custom_args", "must be strings"),
        ({"custom_args": {}}, "custom_args", "cannot be empty"),
        ({"from": None}, "from.email", "The from object must be provided"),
        ({"from": {"email": "nobody"}}, "from.email", "does not contain a valid address"),
        ({"subject": None}, "subject", "The subject is required."),
        ({"subject": ""}, "subject", "at least one character in length"),
        ({"content": None}, "content", "The content param is required"),
        ({"content": []}, "content", "at least one defined content block"),
        ({"content": [{"type": "text/plain", "value": ""}]},
         "content.0.value", "at least one character in length"),
        ({"content": [{"type": "text/html", "value": "H"}, {"type": "text/plain", "value": "T"}]}, "content",
         "text/plain needs to be first"),
        ({"headers": {"Reply-To": "x"}}, "headers", "reserved"),
        ({"headers": {"X-Ü": "x"}}, "headers", "non-ASCII"),
        ({"headers": {"X": 1}}, "headers", "must be strings"),
        ({"headers": {"X-A": "1", "x-a": "2"}}, "headers", "duplicate"),
        ({"categories": [str(n) for n in range(11)]}, "categories", "You provided 11 categories."),
        ({"categories": ["a", "a"]}, "categories", "unique"),
        ({"send_at": NOW + 72 * 3600 + 1}, "send_at", "more than 72 hours"),
        ({"send_at": NOW * 1000}, "send_at", "more than 72 hours"),
        ({"send_at": "soon"}, "send_at", "Unix timestamp as an integer"),
        ({"mail_settings": {"sandbox_mode": {"enable": "yes"}}}, "mail_settings.sandbox_mode.enable",
         "sandbox mode enable param should be a boolean"),
    ],
)  # fmt: skip
def test_a_limit_is_named_with_its_field(changed: dict[str, Any], field: str, text: str) -> None:
    assert [f for f, message in found(**changed) if text in message] == [field]


@pytest.mark.parametrize(
    "wrong",
    [
        {"personalizations": {}}, {"personalizations": ["x"]},
        {"personalizations": people({"to": {"email": "a@b.c"}})},
        {"personalizations": people({"to": ["a@b.c"]})}, {"personalizations": people({"to": [{"email": 3}]})},
        {"from": "a@b.c"}, {"content": "T"}, {"headers": []}, {"mail_settings": {"sandbox_mode": True}},
        {"custom_args": "x"},
    ],
)  # fmt: skip
def test_a_wrong_type_gets_the_answer_that_helps_nobody(wrong: dict[str, Any]) -> None:
    assert found(**wrong) == [(None, "Bad Request")]


@pytest.mark.parametrize("body", [None, [], 3, "x"])
def test_a_body_that_is_no_object(body: Any) -> None:
    assert [problem.message for problem in problems(body, NOW)] == ["Bad Request"]


def test_as_many_problems_as_possible_are_named() -> None:
    twice = people({"to": [{}]}, {"to": [{}]})
    assert [field for field, _ in found(subject="", content=[], personalizations=twice)] == [
        "subject", "content", "personalizations.0.to.0.email", "personalizations.1.to.0.email",
    ]  # fmt: skip
