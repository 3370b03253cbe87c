import pytest

from notifier.actions.notices.services import downstream


@pytest.mark.parametrize(
    ("named", "also"),
    [
        (("core",), ("chat", "fable", "search")),
        (("fable",), ("chat",)),
        (("chat",), ()),
        (("core", "fable"), ("chat", "search")),
        (("a",), ("b",)),
    ],
)
def test_downstream_services_are_found_through_others(named: tuple[str, ...], also: tuple[str, ...]) -> None:
    depends_on = {
        "core": (),
        "fable": ("core",),
        "search": ("core",),
        "chat": ("fable", "search"),
        "a": ("b",),
        "b": ("a",),
    }
    assert downstream(depends_on, named) == also
