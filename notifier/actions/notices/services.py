"""Which services somebody means: those they name, and if they want those that cannot work without them."""

from collections.abc import Sequence

from notifier.errors import BadInput
from notifier.model.dependencies import downstream
from notifier.store import Tx
from notifier.store.company import catalogue


def known_services(tx: Tx, slugs: Sequence[str]) -> tuple[str, ...]:
    """The slugs, each once; raises `BadInput` naming one that nobody declared."""
    known = {service.slug for service in catalogue.services(tx)}
    for slug in slugs:
        if slug not in known:
            have = ", ".join(sorted(known)[:8]) or "none yet: declare them with `notifier apply`"
            raise BadInput(f"There is no service {slug!r}. Known services: {have}.")
    if not slugs:
        raise BadInput("Name at least one service that is cut off.")
    return tuple(dict.fromkeys(slugs))


def dependents(tx: Tx, slugs: Sequence[str]) -> tuple[str, ...]:
    """The services that depend on one of these, directly or through others; not these themselves."""
    return downstream({s.slug: s.depends_on for s in catalogue.services(tx)}, slugs)
