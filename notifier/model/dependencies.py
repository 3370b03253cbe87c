"""Which services cannot work without which."""

from collections.abc import Iterable, Mapping, Sequence


def downstream(depends_on: Mapping[str, Iterable[str]], slugs: Sequence[str]) -> tuple[str, ...]:
    """`depends_on`: slug -> what it needs. Sorted; a circle does no harm."""
    reached, grew = set(slugs), True
    while grew:
        found = {slug for slug, needs in depends_on.items() if not reached.isdisjoint(needs)} - reached
        reached |= found
        grew = bool(found)
    return tuple(sorted(reached.difference(slugs)))


def kindred(depends_on: Mapping[str, Iterable[str]], slug: str) -> frozenset[str]:
    """What cannot work without this service, and what it cannot work without; not the service itself."""
    needed_by: dict[str, list[str]] = {}
    for each, needs in depends_on.items():
        for other in needs:
            needed_by.setdefault(other, []).append(each)
    return frozenset((*downstream(depends_on, [slug]), *downstream(needed_by, [slug])))
