"""What is known of one person in one notice; frozen with their delivery."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from notifier.model.vocabulary import Standing, Variant

STANDINGS = {standing.value: standing for standing in Standing}
OVER = frozenset({Standing.RELEASED, Standing.RESTORED})
VARIANTS: Mapping[tuple[bool, bool, bool], Variant] = {
    (False, False, False): Variant.AFFECTED,
    (False, True, False): Variant.AFFECTED,
    (False, False, True): Variant.POSSIBLY,
    (False, True, True): Variant.BOTH,
    (True, False, False): Variant.AFFECTED,
    (True, True, False): Variant.STILL_AFFECTED,
    (True, False, True): Variant.STILL_POSSIBLY,
    (True, True, True): Variant.STILL_BOTH,
}
"""Something of theirs ends, is out, is possibly out: the words they read; as in `store/audience/freezing.py`."""


class ToldServices(NamedTuple):
    """Services of one customer organisation that this person is told about in the same way.

    Tuples, here and below: a million are made in a send, and a frozen dataclass takes three times as long.
    """

    customer: str
    """The organisation's name."""
    told_as: Standing
    services: tuple[str, ...]
    """Slugs, sorted."""


class AsRead(NamedTuple):
    """How somebody got the earlier notice that theirs is about."""

    tz: str | None
    cut_minute: int | None = None
    left_out_until: int | None = None
    minute: int | None = None
    """When the provider took it, in minutes of the Unix clock; None: nobody knows."""


class Person(NamedTuple):
    name: str | None
    tz: str | None
    """IANA name, as imported; may be unknown to this machine."""
    held: tuple[ToldServices, ...]
    cut_minute: int | None = None
    """When the data cut them off, in minutes of the Unix clock; None: as all, or it does not say."""
    left_out_until: int | None = None
    """The revision after which the scope put them in; None: they were in from the first on, or nobody knows."""
    read: AsRead | None = None
    lacks_language: bool = False
    """They read this language for want of their own."""

    @staticmethod
    def from_vars(stored: Mapping[str, Any]) -> "Person":
        """Read `delivery.vars`: `{"n": name, "z": tz, "o": [[customer, told_as, [slug, ...]], ...]}`, and
        `s` or `r` of those for whom it is out since another time than for the first; `w` with these, `z` and `t`
        (when) of the notice that this one corrects; `l` of those whose language is missing.
        """
        held: Sequence[tuple[str, str, Sequence[str]]] = stored["o"]
        read: Mapping[str, Any] | None = stored.get("w")
        return Person(
            stored.get("n"),
            stored.get("z"),
            tuple([ToldServices(c, STANDINGS[told_as], tuple(slugs)) for c, told_as, slugs in held]),
            stored.get("s"),
            stored.get("r"),
            AsRead(read.get("z"), read.get("s"), read.get("r"), read.get("t")) if read else None,
            "l" in stored,
        )

    @property
    def variant(self) -> Variant:
        told = frozenset(h.told_as for h in self.held)
        return VARIANTS[bool(told & OVER), Standing.AFFECTED in told, Standing.POSSIBLY in told]
