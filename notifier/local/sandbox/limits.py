"""What SendGrid refuses, as pure functions from a parsed body to problems with its texts and field paths.

Texts: github.com/sendgrid/docs, Web_API_v3/Mail/errors.md; paths as users reported them (sendgrid-ruby#467,
sendgrid-csharp#995). As many problems as possible are named at once; a wrong JSON type hides all the others.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, cast

import orjson

from notifier.local.sandbox.answers import BAD_REQUEST, Problem

Json = dict[str, Any]

MOST_PEOPLE = 1000
LARGEST_ARGS = 10_000
LARGEST_SUBSTITUTIONS = 10_000
MOST_SUBSTITUTIONS = 10_000
LONGEST_ADDRESS = 320
MOST_CATEGORIES = 10
LONGEST_CATEGORY = 255
LATEST_SEND_AT = 72 * 3600
RESERVED = frozenset({
    "x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding", "to", "from",
    "subject", "reply-to", "cc", "bcc",
})  # fmt: skip
CONTENT_ORDER = {"text/plain": 0, "text/html": 1}
ADDRESS = re.compile(r"[^\s@<>(),;:\"\[\]\\]+@[^\s@<>(),;:\"\[\]\\.]+(\.[^\s@<>(),;:\"\[\]\\.]+)+")
"""Shallow, like theirs: some odd addresses pass and are dropped later."""


class WrongType(Exception):
    """A value is of another JSON type than the API wants."""


def problems(mail: Any, now: float) -> list[Problem]:
    """Everything that is wrong with a body of `POST /v3/mail/send`; `now` is a Unix time."""
    try:
        message = _object(mail)
        people = _objects(message, "personalizations")
        return [
            *_from(message),
            *_subject(message, people),
            *_content(message),
            *_headers(message, ""),
            *_args(message, "", {}),
            *_categories(message),
            *_send_at(message, "", now),
            *_batch(message),
            *_settings(message),
            *_counts(people),
            *(problem for n, person in enumerate(people) for problem in _person(message, person, n, now)),
        ]
    except WrongType:
        return [BAD_REQUEST]


def _object(value: Any) -> Json:
    if not isinstance(value, dict):
        raise WrongType
    return cast(Json, value)


def _objects(holder: Mapping[str, Any], name: str) -> list[Json]:
    """The objects of a list; an absent list is an empty one."""
    value = holder.get(name, [])
    if not isinstance(value, list):
        raise WrongType
    return [_object(one) for one in cast("list[Any]", value)]


def _email(holder: Json) -> str:
    email = holder.get("email", "")
    if not isinstance(email, str):
        raise WrongType
    return email


def _from(message: Json) -> Iterator[Problem]:
    if "from" not in message:
        yield Problem(
            "The from object must be provided for every email send. It is an object that requires the email "
            'parameter, but may also contain a name parameter.  e.g. {"email": "example@example.com"} or '
            '{"email": "example@example.com", "name": "Example Recipient"}.',
            "from.email",
        )
    for name in ("from", "reply_to"):
        if name in message and not ADDRESS.fullmatch(_email(_object(message[name]))):
            yield Problem(f"The {name} email does not contain a valid address.", f"{name}.email")


def _subject(message: Json, people: list[Json]) -> Iterator[Problem]:
    if "subject" in message and not _is_text(message["subject"]):
        yield Problem(
            "The subject of your email must be a string at least one character in length.", "subject"
        )
    missing = "subject" not in message and not all("subject" in person for person in people)
    if missing and not message.get("template_id"):
        yield Problem(
            "The subject is required. You can get around this requirement if you use a template with a subject "
            "defined or if every personalization has a subject defined.",
            "subject",
        )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _content(message: Json) -> Iterator[Problem]:
    parts = _objects(message, "content")
    if not parts and not message.get("template_id"):
        yield Problem(
            "There must be at least one defined content block. We typically suggest both text/plain and "
            "text/html blocks are included, but only one block is required."
            if "content" in message
            else "The content param is required unless you are using a transactional template and have "
            "defined a template_id.",
            "content",
        )
    for n, part in enumerate(parts):
        if not _is_text(part.get("type")):
            yield Problem(
                "The content type must be a string at least one character in length.", f"content.{n}.type"
            )
        if not _is_text(part.get("value")):
            yield Problem(
                "The content value must be a string at least one character in length.", f"content.{n}.value"
            )
    ranks = [CONTENT_ORDER.get(str(part.get("type")), 2) for part in parts]
    if ranks != sorted(ranks):
        yield Problem(
            "Following RFC 1341, section 7.2, if either text/html or text/plain are to be sent in your email: "
            "text/plain needs to be first, followed by text/html, followed by any other content.",
            "content",
        )


def _headers(holder: Json, path: str) -> Iterator[Problem]:
    headers = _object(holder.get("headers", {}))
    field = f"{path}headers"
    if not all(isinstance(value, str) for value in headers.values()):
        yield Problem("The header values must be strings.", field)
    if any(not name.isascii() or " " in name for name in headers):
        yield Problem("Header keys cannot contain non-ASCII characters and empty spaces.", field)
    if any(name.lower() in RESERVED for name in headers):
        yield Problem("Header can not be one of the reserved keys.", field)
    if len({name.lower() for name in headers}) < len(headers):
        yield Problem("The headers cannot contain duplicate keys.", field)


def _args(holder: Json, path: str, merged_with: Json) -> Iterator[Problem]:
    if "custom_args" not in holder:
        return
    args, field = _object(holder["custom_args"]), f"{path}custom_args"
    if not args:
        yield Problem("custom_args cannot be empty.", field)
    if not all(isinstance(value, str) for value in args.values()):
        yield Problem("All values of custom arguments object must be strings", field)
    if len(orjson.dumps(merged_with | args)) > LARGEST_ARGS:
        yield Problem(
            "The combined size of both global and personalization custom arguments may not exceed 10,000 bytes "
            "per personalization.",
            field,
        )


def _categories(message: Json) -> Iterator[Problem]:
    categories = message.get("categories", [])
    if not isinstance(categories, list) or not all(isinstance(c, str) for c in cast("list[Any]", categories)):
        yield Problem("Categories must be an array of strings.", "categories")
        return
    names = cast("list[str]", categories)
    if len(names) > MOST_CATEGORIES:
        yield Problem(
            f"There is a limit of 10 categories for each email that is sent. You provided {len(names)} "
            "categories.",
            "categories",
        )
    if any(len(name) > LONGEST_CATEGORY for name in names):
        yield Problem("Each category must not be longer than 255 characters.", "categories")
    if len(set(names)) < len(names):
        yield Problem("The categories must be a unique list.", "categories")
    if not all(name.isascii() for name in names):
        yield Problem("Categories can not contain non-ASCII characters.", "categories")


def _send_at(holder: Json, path: str, now: float) -> Iterator[Problem]:
    at = holder.get("send_at", 0)
    if not isinstance(at, int) or isinstance(at, bool):
        yield Problem(
            "The send_at parameter is expecting a Unix timestamp as an integer. We will send immediately if you "
            "include a send_at timestamp that is in the past.",
            f"{path}send_at",
        )
    elif at > now + LATEST_SEND_AT:
        yield Problem("Scheduling more than 72 hours in advance is forbidden.", f"{path}send_at")


def _batch(message: Json) -> Iterator[Problem]:
    if not isinstance(message.get("batch_id", ""), str):
        yield Problem("The batch_id must be a string.", "batch_id")


def _settings(message: Json) -> Iterator[Problem]:
    for group in ("mail_settings", "tracking_settings"):
        for name, setting in _object(message.get(group, {})).items():
            if not isinstance(_object(setting).get("enable", False), bool):
                words = name.replace("_", " ")
                yield Problem(
                    f"The {words} enable param should be a boolean value.", f"{group}.{name}.enable"
                )


def _counts(people: list[Json]) -> Iterator[Problem]:
    if not people:
        yield Problem("You must have at least one personalization.", "personalizations")
    if len(people) > MOST_PEOPLE:
        yield Problem(
            "The personalization block is limited to 1000 personalizations per API request. You have provided "
            f"{len(people)} personalizations. Please consider splitting this into multiple requests and "
            "resending your request.",
            "personalizations",
        )
    if sum(len(_objects(person, kind)) for person in people for kind in ("to", "cc", "bcc")) > MOST_PEOPLE:
        yield Problem(
            "There is a limit of 1000 total recipients (to + cc + bcc) per request.", "personalizations"
        )
    if sum(len(_object(person.get("substitutions", {}))) for person in people) > MOST_SUBSTITUTIONS:
        yield Problem("You are limited to 10,000 substitutions.", "personalizations")


def _person(message: Json, person: Json, n: int, now: float) -> Iterator[Problem]:
    path = f"personalizations.{n}."
    if not person.get("to"):
        yield Problem(
            "The to parameter is required for all personalization objects, and must have at least one email "
            "object with a valid email address.",
            f"{path}to",
        )
    yield from _recipients(person, path)
    if "subject" in person and not _is_text(person["subject"]):
        yield Problem(
            "The subject of your email must be a string at least one character in length.", f"{path}subject"
        )
    yield from _substitutions(person, path)
    yield from _headers(person, path)
    yield from _args(person, path, message.get("custom_args", {}))
    yield from _send_at(person, path, now)


def _recipients(person: Json, path: str) -> Iterator[Problem]:
    seen: Counter[str] = Counter()
    for kind in ("to", "cc", "bcc"):
        for m, one in enumerate(_objects(person, kind)):
            email, field = _email(one), f"{path}{kind}.{m}.email"
            if len(email) > LONGEST_ADDRESS:
                yield Problem(
                    f"The {kind.title()} email exceeds the maximum total length of 320 characters", field
                )
            elif not ADDRESS.fullmatch(email):
                yield Problem("Does not contain a valid address.", field)
            seen[email.lower()] += 1
            if seen[email.lower()] == 2:
                yield Problem(
                    "Each email address in the personalization block should be unique between to, cc, and bcc. "
                    f"We found the first duplicate instance of [{email}] in the {path}{kind} field.",
                    "personalizations",
                )


def _substitutions(person: Json, path: str) -> Iterator[Problem]:
    values = _object(person.get("substitutions", {}))
    field = f"{path}substitutions"
    if not all(isinstance(value, str) for value in values.values()):
        yield Problem(
            "The substitution values must be an object of key/value pairs, where the values are all strings.",
            field,
        )
    if len(orjson.dumps(values)) > LARGEST_SUBSTITUTIONS:
        yield Problem(
            "The total collective size of your substitutions may not exceed 10,000 bytes per personalization "
            "object.",
            field,
        )
