"""What the company says of the services that a signal names, asked of the store once for a tick."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from notifier.model.dependencies import kindred
from notifier.model.policy import Policy
from notifier.model.signal import DATABASE, SignalState
from notifier.model.terms import ANY, Lack, May, Terms, Voice, lack
from notifier.model.vocabulary import Kind, Mode
from notifier.pipeline import disruption
from notifier.pipeline.detect import Circumstances
from notifier.settings import secret
from notifier.store import Tx
from notifier.store.company import catalogue
from notifier.store.company.catalogue import Service, Source
from notifier.store.disruptions import succession, troubles, waiting
from notifier.store.disruptions.signals import Heard
from notifier.store.disruptions.succession import EndedDisruption


class Surroundings:
    """Nothing is asked before it is needed: most ticks judge nothing."""

    def __init__(self, tx: Tx, mode: Mode, now: datetime) -> None:
        self.tx, self.mode, self.now = tx, mode, now
        self._services: dict[str, Service] | None = None
        self._sources: dict[str, Source] | None = None
        self._policy: Policy | None = None
        self._ended: list[EndedDisruption] | None = None
        self._voices: dict[str, list[Voice]] = {}
        self._kindred: dict[str, frozenset[str]] = {}

    def of(self, heard: Heard) -> Circumstances:
        """For what the data shows no terms hold: these customers are cut off."""
        source = self.sources.get(heard.source)
        records = source is not None and source.may is May.RECORD
        if records or heard.state is SignalState.RESOLVED:
            return Circumstances(records=records)
        shown = heard.source == DATABASE
        return Circumstances(
            kindred={slug: self._kindred_of(slug) for slug in heard.services},
            lacking={} if shown else self.lacking(heard.services),
            only_recorded=frozenset() if shown else self._only_recorded(heard.services),
            ended=self.ended,
            kind=heard.kind or self.kind(heard.source),
        )

    def around(self, services: Sequence[str]) -> Circumstances:
        """Of a draft that is there: what it hangs together with, and what ended a moment ago."""
        return Circumstances(kindred={slug: self._kindred_of(slug) for slug in services}, ended=self.ended)

    @property
    def services(self) -> dict[str, Service]:
        if self._services is None:
            self._services = {each.slug: each for each in catalogue.services(self.tx)}
        return self._services

    @property
    def policy(self) -> Policy:
        if self._policy is None:
            self._policy = catalogue.policy(self.tx)
        return self._policy

    @property
    def ended(self) -> Sequence[EndedDisruption]:
        if self._ended is None:
            since = self.now - timedelta(minutes=self.policy.follow_minutes)
            self._ended = succession.ended_lately(self.tx, self.mode, since=since)
        return self._ended

    @property
    def sources(self) -> dict[str, Source]:
        if self._sources is None:
            self._sources = {each.name: each for each in catalogue.sources(self.tx)}
        return self._sources

    @property
    def vouched(self) -> frozenset[str]:
        """Our own eyes, and sources whose secret is set here: nobody else can speak for them."""
        return frozenset(
            s.name
            for s in self.sources.values()
            if s.looks_itself or (s.secret_env is not None and secret(s.secret_env))
        )

    def kind(self, source: str) -> Kind:
        found = self.sources.get(source)
        return disruption.kind_of_source(source, found.services if found else {})

    def _kindred_of(self, slug: str) -> frozenset[str]:
        if slug not in self._kindred:
            graph = {each.slug: each.depends_on for each in self.services.values()}
            self._kindred[slug] = kindred(graph, slug)
        return self._kindred[slug]

    def look(self) -> None:
        """Something that had ended goes on."""
        self._ended = None

    def _terms(self, slug: str) -> Terms:
        found = self.services.get(slug)
        return found.terms if found else ANY

    def _only_recorded(self, slugs: Sequence[str]) -> frozenset[str]:
        return frozenset(slug for slug in slugs if self._terms(slug).may is May.RECORD)

    def lacking(self, slugs: Sequence[str], among: Collection[str] | None = None) -> dict[str, Lack]:
        """Services for which what is reported now is not enough. `among`: only these sources count; None: all."""
        patience = {
            name: timedelta(seconds=each.after_seconds)
            for name, each in self.sources.items()
            if each.after_seconds is not None
        }
        found = {
            slug: lack(slug, self._terms(slug), self._said_of(slug, among), patience, self.now)
            for slug in slugs
            if patience or self._terms(slug).needs or self._terms(slug).after or self._terms(slug).witnesses
        }
        return {slug: missing for slug, missing in found.items() if missing is not None}

    def began(self, heard: Heard, services: Sequence[str]) -> datetime:
        """Since when a draft of these is: what witnesses reported who were heard before there were enough counts,
        as far as they are vouched for. No stranger says when it began for anybody else.
        """
        waited = [
            waiting.began(
                self.tx, slug, sorted(self.vouched & set(self._terms(slug).witnesses or self.vouched))
            )
            for slug in services
        ]
        return min([heard.occurred_at, *(at for at in waited if at is not None)])

    def _said_of(self, slug: str, among: Collection[str] | None) -> list[Voice]:
        if slug not in self._voices:
            self._voices[slug] = troubles.voices(self.tx, [slug], now=self.now)
        said = self._voices[slug]
        return said if among is None else [each for each in said if each.source in among]
