"""The words as files: every fault, what they look like, a copy to change, and a name under them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from notifier.errors import BadInput, Refused
from notifier.model.kinds import variants_of
from notifier.model.vocabulary import Kind, NoticeKind, Variant
from notifier.pipeline import compose
from notifier.pipeline.compose import (
    Words,
    catalogue,
    ftl,
    headers,
    phrases,
    proof,
    reviews,
    sample,
    shelf,
    template,
)
from notifier.pipeline.compose.lint import Findings
from notifier.settings import Settings, data_folder

DOMAIN = "example.com"
ALL = "all"


@dataclass(frozen=True, slots=True)
class WantedMails:
    """Which mails to look at; nothing said means all."""

    names: Sequence[str] = ()
    locales: Sequence[str] = ()
    variants: Sequence[Variant] = ()
    bare: bool = False
    """As on the thinnest day: no fact is known."""
    kinds: Sequence[Kind] = ()


def packaged() -> Path:
    return data_folder("templates") / shelf.EMAIL


def lint(settings: Settings) -> Findings:
    return compose.lint(packaged(), settings.templates)


def pages(words: Words) -> list[tuple[str, Kind]]:
    """Every notice, and as an outage where what broke reads otherwise; in the order of the files."""
    kinds = (Kind.SUSPENSION, Kind.OUTAGE)
    found = [
        (name, kind) for name, source in words.shelf.sources.items() for kind in kinds[: 1 + source.by_kind]
    ]
    return sorted(found, key=lambda page: _stem(*page))


def _stem(name: str, kind: Kind) -> str:
    return name if kind is Kind.SUSPENSION else f"{kind.value}_{name}"


def preview(settings: Settings, wanted: WantedMails, folder: Path) -> list[Path]:
    """Write each mail as HTML and as text, as one made-up person would get it. Raises `BadInput`."""
    words = compose.checked(packaged(), settings.templates)
    mails = list(_mails(words, wanted))
    if not mails:
        raise BadInput("There is no such mail: `notifier templates lint` names what there is.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [path for mail in mails for path in _write(words, folder, wanted.bare, *mail)]
    except OSError as error:
        raise BadInput(f"{folder} cannot be written: {error.strerror}.") from None


def every(settings: Settings, locales: Sequence[str], folder: Path) -> list[Path]:
    """Write a sheet for each language with every message in every form, to be read before it is signed.

    No locale: all languages. Raises `BadInput`.
    """
    words = compose.checked(packaged(), settings.templates)
    sheets = {
        each: proof.sheet(words.shelf, _spoken(words, each)) for each in locales or words.shelf.languages
    }
    return [_put(folder / f"every.{locale}.txt", sheet) for locale, sheet in sheets.items()]


def _spoken(words: Words, locale: str) -> str:
    if locale not in words.shelf.languages:
        there = ", ".join(sorted(words.shelf.languages))
        raise BadInput(f"There are no words in {locale!r}; there are {there}.")
    return locale


def _mails(words: Words, wanted: WantedMails) -> Iterator[tuple[NoticeKind, Kind, str, Variant]]:
    asked = [(name, kind) for name in sorted(words.shelf.sources) for kind in wanted.kinds]
    for name, kind in asked or pages(words):
        if wanted.names and not {name, ALL} & set(wanted.names):
            continue
        notice = NoticeKind(name)
        for locale in words.locales(notice):
            if wanted.locales and locale not in wanted.locales:
                continue
            for variant in variants_of(notice):
                if not wanted.variants or variant in wanted.variants:
                    yield notice, kind, locale, variant


def _write(
    words: Words, folder: Path, bare: bool, notice: NoticeKind, kind: Kind, locale: str, variant: Variant
) -> Iterator[Path]:
    context = replace(sample.bare(notice) if bare else sample.full(notice), kind=kind)
    person = sample.person(variant)
    nonce = sample.NONCE
    rendered = words.render(context, locale, variant, nonce)
    parts = [rendered.subject, rendered.text, rendered.html]
    for tag, value in words.values(context, locale, person, nonce).items():
        parts = [part.replace(tag, value) for part in parts]
    subject, text, html = parts
    above = {"Subject": subject, **headers(context, DOMAIN)}
    head = "".join(f"{key}: {value}\n" for key, value in above.items())
    stem = f"{_stem(notice.value, kind)}.{locale}.{variant.value}"
    for suffix, content in ((".html", html), (".txt", f"{head}\n{text}")):
        path = folder / f"{stem}{suffix}"
        path.write_text(content, encoding="utf-8")
        yield path


def copy(settings: Settings, name: str, messages: Sequence[str] = ()) -> Path:
    """Put packaged words where the company's own are read, ready to be changed.

    `name` is a notice such as `first`, a language such as `de` (all of it, or only some `messages`), or `layout`.
    Raises `BadInput`, `Refused`.
    """
    own = _own(settings)
    if name == "layout":
        return _file(own, shelf.LAYOUT)
    if (
        name in shelf.NAMES
        and (packaged() / (inside := f"{shelf.NOTICES}/{name}{template.SUFFIX}")).is_file()
    ):
        return _file(own, inside)
    if catalogue.language(name) is None:
        raise BadInput(f"There is no packaged {name}: {_known()}.")
    target = own / shelf.EMAIL / shelf.LANGUAGES / f"{name}{shelf.MESSAGES}"
    source = packaged() / shelf.LANGUAGES / f"{name}{shelf.MESSAGES}"
    text = source.read_text("utf-8") if source.is_file() else _to_translate(source.with_stem(shelf.FALLBACK))
    return _add(target, text, messages) if messages else _new(target, text)


def _to_translate(source: Path) -> str:
    """The English, but for what is only said to whoever reads English for want of their own language."""
    text = source.read_text("utf-8")
    return text.replace(ftl.messages(text)[phrases.ANY_LANGUAGE], "")


def _own(settings: Settings) -> Path:
    if settings.templates is None:
        raise BadInput("NOTIFIER_TEMPLATES is not set: name the folder of your own words there.")
    return settings.templates


def _file(own: Path, inside: str) -> Path:
    return _new(own / shelf.EMAIL / inside, (packaged() / inside).read_text("utf-8"))


def _new(target: Path, text: str) -> Path:
    if target.exists():
        raise Refused(f"{target} is there already: change it, or remove it to begin anew.")
    return _put(target, text)


def _add(target: Path, text: str, messages: Sequence[str]) -> Path:
    there = target.read_text("utf-8") if target.exists() else ""
    known, already = (ftl.messages(each) for each in (text, there))
    for message in messages:
        if message not in known:
            near = get_close_matches(message, known, n=3)
            more = f"; there are {', '.join(near)}" if near else ""
            raise BadInput(f"There is no message {message!r}{more}.")
        if message in already:
            raise Refused(f"{message} stands in {target} already: change it there.")
    return _put(target, there + "".join(known[message] for message in messages))


def _put(target: Path, text: str) -> Path:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{target} cannot be written: {error.strerror}.") from None
    return target


def _known() -> str:
    return f"take one of {', '.join(['layout', *sorted(shelf.NAMES)])}, or a language such as 'de' or 'pt-BR'"


def sign(settings: Settings, locale: str, by: str, messages: Sequence[str], on: date) -> tuple[Path, int]:
    """Put a name under messages as they stand now: all that nobody stands for, or these.

    In the company's folder where one is set, else beside the packaged words. Returns the file and how many.
    Raises `BadInput`.
    """
    words = compose.checked(packaged(), settings.templates)
    if not by.strip():
        raise BadInput("Say who has read them: --by NAME.")
    there = (words.shelf.languages[each] for each in (_spoken(words, locale), shelf.FALLBACK))
    spoken, english = (each.catalogue for each in there)
    if unknown := [message for message in messages if message not in spoken.messages]:
        raise BadInput(f"There is no message {unknown[0]!r} in {locale}.")
    wanted = messages or words.shelf.unsigned(locale)
    folder = packaged() if settings.templates is None else settings.templates / shelf.EMAIL
    target = folder / shelf.REVIEWS / f"{locale}.toml"
    already: reviews.Reviews = reviews.load([(target, str(target))] if target.exists() else [])
    signed = {message: reviews.made(spoken, english, message, by.strip(), on) for message in wanted}
    return _put(target, reviews.written({**already, **signed})), len(signed)
