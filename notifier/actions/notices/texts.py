"""Which texts a notice has: one for each language, variant and manner in which somebody is addressed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from notifier.errors import Refused
from notifier.model.earlier import About, Earlier
from notifier.model.kinds import KINDS, OUT, variants_of
from notifier.model.locales import in_locale
from notifier.model.notice_context import NoticeContext
from notifier.model.vocabulary import VARIANT_OF, Manner, NoticeKind, Possibly, Variant
from notifier.pipeline import audience
from notifier.pipeline.compose import Words, quoting
from notifier.store import Tx
from notifier.store.audience import corrections, recipients
from notifier.store.audience.recipients import Later
from notifier.store.audience.verdicts import Rule, survey
from notifier.store.disruptions import disruptions, revisions
from notifier.store.disruptions.contents import Content, contents, has_hedged
from notifier.store.disruptions.notices import Notice

MOST = 42
"""Texts that one person can still be shown before they approve them: seven languages, six variants."""


@dataclass(frozen=True, slots=True)
class Text:
    """One content to be written."""

    context: NoticeContext
    locale: str
    variant: Variant
    manner: Manner = Manner.COMMON

    @property
    def key(self) -> str:
        """What stands as `content.variant`."""
        return f"{self.manner}{self.variant}"


def variants(kind: NoticeKind, rule: Rule) -> tuple[Variant, ...]:
    """Which words may be needed: people who are hedged read others than people who are affected."""
    sure = rule.predicate is None and all(back.predicate is None for back in rule.restored)
    if not KINDS[kind].follows and (sure or rule.possibly is not Possibly.HEDGE):
        return (Variant.AFFECTED,)
    return variants_of(kind)


def of_notice(
    tx: Tx,
    words: Words,
    context: NoticeContext,
    rule: Rule,
    disruption_id: int,
    about: About | None,
    rev: int,
) -> list[Text]:
    """Everything that somebody may have to read; where that is more than `MOST`, only in languages that somebody
    reads now; and of a later notice, where even that is more, only what somebody reads now.

    Who comes in between and needs another text is held; see `rules.md`, *what was approved is what is sent*.
    Raises `Refused` if even those are too many.
    """
    kind = context.notice
    several = KINDS[kind].corrects and len(corrections.sent(tx, disruption_id)) > 1
    texts = [
        replace(text, locale=locale)
        for text in manners(
            context,
            variants(kind, rule),
            about,
            several=several,
            hedged=revisions.may_hedge(tx, disruption_id),
            was_hedged=has_hedged(tx, disruption_id),
        )
        for locale in words.locales(kind)
    ]
    if len(texts) > MOST:
        following = audience.of_a_draft(kind, disruption_id, rule, rev, about)
        texts = _read_now(tx, words, kind, rule, following, texts)
    if len(texts) > MOST:
        raise Refused(
            f"This notice would have {len(texts)} different texts, and nobody can approve more than {MOST}:"
            " narrow the scope, or tell fewer services at once."
        )
    return texts


def _read_now(
    tx: Tx, words: Words, kind: NoticeKind, rule: Rule, following: Later | None, texts: list[Text]
) -> list[Text]:
    if following is None:
        languages = {words.resolve(found.locale, kind) for found in survey(tx, rule).locales}
        return [text for text in texts if text.locale in languages]
    read = {(words.resolve(n.asked, kind), n.variant) for n in recipients.needed(tx, following)}
    spoken = [text for text in texts if text.locale in {locale for locale, _ in read}]
    if len(spoken) <= MOST:
        return spoken
    return [text for text in texts if (text.locale, text.key) in read]


def manners(
    context: NoticeContext,
    own: tuple[Variant, ...],
    about: About | None,
    *,
    several: bool,
    hedged: bool = True,
    was_hedged: bool = True,
) -> list[Text]:
    """All who are addressed in words of their own, in no language yet; `several`: notices have left before;
    `hedged`: somebody may be told that something may be out; `was_hedged`: has been.
    """
    if about is not None and context.notice is NoticeKind.RETRACTION:
        return _withdrawing(context, about)
    found = [Text(context, "", variant) for variant in own]
    if context.notice is NoticeKind.RELEASED:
        found += _heard(context, Manner.WORKS, Manner.CUT)
    elif KINDS[context.notice].back and hedged:
        unsure = replace(context, heard=Manner.WAS_BOTH) if was_hedged else context
        found = [
            each if each.variant is Variant.AFFECTED else replace(each, context=unsure) for each in found
        ]
        found += _heard(context, Manner.WAS_POSSIBLY, Manner.WAS_BOTH)
    if KINDS[context.notice].merges:
        # Those whom nothing has reached hear all of it at once, in the words of a first notice.
        late = replace(context, notice=NoticeKind.CATCH_UP, earlier=None)
        found += [Text(late, "", variant, Manner.LATE) for variant in OUT]
    if several and context.earlier is not None:
        news = replace(context, notice=NoticeKind.UPDATE, earlier=None)
        found += [Text(news, "", variant, Manner.FRESH) for variant in OUT]
        over = replace(context, earlier=replace(context.earlier, over=True))
        found.append(Text(over, "", Variant.AFFECTED, Manner.PAST))
    return found


def _heard(context: NoticeContext, *manners: Manner) -> list[Text]:
    """To whom nothing is out any more."""
    return [Text(replace(context, heard=each), "", Variant.AFFECTED, each) for each in manners]


def _withdrawing(context: NoticeContext, about: About) -> list[Text]:
    assert context.earlier is not None
    earlier = context.earlier
    if about.first:
        # All of it ends with the retraction, so only the manner tells which text somebody had read.
        return [
            text
            for was in OUT
            for text in _heard(
                replace(context, earlier=_as_read(earlier, was)),
                Manner(f"was_{was}_"),
                Manner(f"{Manner.WORKS}was_{was}_"),
            )
        ]
    stands = replace(context, earlier=replace(earlier, stands=True))
    return [
        *(Text(stands, "", variant) for variant in Variant),
        Text(context, "", Variant.AFFECTED, Manner.LATE),
    ]


def _as_read(earlier: Earlier, was: Variant) -> Earlier:
    """For those who read that variant; nobody is quoted two lists that are one now."""
    read = {
        (locale, "affected"): text
        for (locale, variant), text in earlier.texts.items()
        if variant == was and was is not Variant.BOTH
    }
    return replace(earlier, texts=read)


def began(notice: Notice) -> datetime:
    return notice.approved_at or notice.created_at


def earlier(tx: Tx, words: Words, about: About, wrong: Notice, context: NoticeContext, nonce: str) -> Earlier:
    """What a notice of this context quotes: the statement and the answers that were wrong, as they were read.

    Where none of these stood there, or all of it is withdrawn: the whole text, where it is known exactly which.
    """
    statements = next(
        e.statements
        for e in disruptions.timeline(tx, wrong.disruption_id)
        if e.timeline_id == wrong.timeline_id
    )
    there = contents(tx, wrong.notice_id)
    if about.locales is not None:
        return Earlier(began(wrong), passages=statements)
    passages = _passages(words, wrong, context, statements if context.statements else {}, there, nonce)
    if not _is_known_exactly(tx, wrong):
        return Earlier(began(wrong), passages=passages if context.fresh else statements)
    all_end = context.notice is NoticeKind.RETRACTION and about.first
    quoted: dict[tuple[str, str], str] = {}
    for content in there:
        text = quoting.from_frozen(content.text, wrong.nonce, nonce)
        # Whatever was possibly out is one list with the rest once all of it ends.
        quoted[content.locale, content.variant] = (
            text.replace(f"n{nonce}maybeN", f"n{nonce}whatN") if all_end else text
        )
    return Earlier(began(wrong), passages=passages, texts=quoted)


def _passages(
    words: Words,
    wrong: Notice,
    context: NoticeContext,
    statements: Mapping[str, str],
    there: Sequence[Content],
    nonce: str,
) -> dict[str, str]:
    """What has another answer now, by the languages in which it stood in the notice that was wrong."""
    assert context.then is not None
    found: dict[str, str] = {}
    for content in there if context.fresh else ():
        if content.variant in VARIANT_OF and VARIANT_OF[content.variant].value == content.variant:
            answers = words.read_in(content.text, context.then, content.locale, context.fresh, wrong.nonce)
            parts = [quoting.from_frozen(each, wrong.nonce, nonce) for each in answers]
            own = in_locale(statements, content.locale)
            found[content.locale] = "\n\n".join([own, *parts] if own else parts)
    return found


def _is_known_exactly(tx: Tx, wrong: Notice) -> bool:
    """Locale and variant of today tell which text somebody got: nothing came after it, nobody read it late."""
    newest = corrections.sent(tx, wrong.disruption_id)[-1].notice_id == wrong.notice_id
    plain = all(read.variant in OUT for read in corrections.read(tx, wrong.notice_id))
    return newest and plain and not (KINDS[wrong.kind].ends or KINDS[wrong.kind].corrects)
