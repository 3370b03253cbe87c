"""The words as files: every fault, what they look like, and a copy to change."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from notifier.errors import BadInput, Refused
from notifier.model.vocabulary import Kind, NoticeKind, Variant
from notifier.pipeline import compose
from notifier.pipeline.compose import Words, headers, sample, shelf
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


def packaged() -> Path:
    return data_folder("templates") / shelf.EMAIL


def lint(settings: Settings) -> Findings:
    return compose.lint(packaged(), settings.templates)


def preview(settings: Settings, wanted: WantedMails, folder: Path) -> list[Path]:
    """Write each mail as HTML and as text, as one made-up person would get it. Raises `BadInput`."""
    words = compose.checked(packaged(), settings.templates)
    mails = list(_mails(words, wanted))
    if not mails:
        raise BadInput("There is no such mail: `notifier templates lint` names what there is.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [path for mail in mails for path in _write(words, folder, *mail)]
    except OSError as error:
        raise BadInput(f"{folder} cannot be written: {error.strerror}.") from None


def _mails(words: Words, wanted: WantedMails) -> Iterator[tuple[str, str, Variant, bool]]:
    for name, locale in sorted(words.shelf.sources):
        if wanted.names and not {name, ALL} & set(wanted.names):
            continue
        if wanted.locales and locale not in wanted.locales:
            continue
        for variant in sample.variants(name):
            if not wanted.variants or variant in wanted.variants:
                yield name, locale, variant, wanted.bare


def _write(
    words: Words, folder: Path, name: str, locale: str, variant: Variant, bare: bool
) -> Iterator[Path]:
    notice = NoticeKind(name.removeprefix(shelf.FAULT))
    made = sample.bare(notice) if bare else sample.full(notice)
    context = replace(made, kind=Kind.OUTAGE if name.startswith(shelf.FAULT) else Kind.SUSPENSION)
    person = sample.person(variant)
    nonce = sample.NONCE
    rendered = words.render(context, locale, variant, nonce)
    parts = [rendered.subject, rendered.text, rendered.html]
    for tag, value in words.values(context, locale, person, nonce).items():
        parts = [part.replace(tag, value) for part in parts]
    subject, text, html = parts
    above = {"Subject": subject, **headers(context, DOMAIN)}
    head = "".join(f"{key}: {value}\n" for key, value in above.items())
    stem = f"{name}.{locale}.{variant.value}"
    for suffix, content in ((".html", html), (".txt", f"{head}\n{text}")):
        path = folder / f"{stem}{suffix}"
        path.write_text(content, encoding="utf-8")
        yield path


def copy(settings: Settings, name: str, locale: str) -> Path:
    """Put a packaged file where the company's own are read, ready to be changed.

    `name` is a notice such as `first` or `outage_first`, `phrases`, or `layout`. Raises `BadInput`, `Refused`.
    """
    if settings.templates is None:
        raise BadInput("NOTIFIER_TEMPLATES is not set: name the folder of your own words there.")
    source, target = _places(settings.templates, name, locale)
    if target.exists():
        raise Refused(f"{target} is there already: change it, or remove it to begin anew.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    except OSError as error:
        raise BadInput(f"{target} cannot be written: {error.strerror}.") from None
    return target


def _places(own: Path, name: str, locale: str) -> tuple[Path, Path]:
    if name == "layout":
        inside = shelf.LAYOUT
    elif name == shelf.PHRASES:
        inside = f"{shelf.PHRASES}/{locale}.toml"
    else:
        inside = f"{name}/{locale}.md.j2"
    source = packaged() / inside
    if not source.is_file() or ".." in inside:
        near = packaged() / inside.replace(f"/{locale}.", f"/{shelf.FALLBACK}.")
        if near.is_file() and ".." not in inside and sample.is_language(locale):
            return near, own / shelf.EMAIL / inside
        raise BadInput(f"There is no packaged {inside}: {_known()}.")
    return source, own / shelf.EMAIL / inside


def _known() -> str:
    notices = sorted(path.name for path in packaged().iterdir() if path.is_dir())
    return f"take one of {', '.join(['layout', *notices])}, and a language such as 'de' or 'pt-BR'"
