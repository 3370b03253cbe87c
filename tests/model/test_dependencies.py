import pytest

from notifier.model.dependencies import downstream, kindred


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


def test_kindred_is_what_a_service_needs_and_what_needs_it_and_no_sibling() -> None:
    depends_on = {
        "core": (),
        "fable": ("core",),
        "search": ("core",),
        "chat": ("fable",),
        "a": ("b",),
        "b": ("a",),
    }
    assert kindred(depends_on, "fable") == {"core", "chat"}
    assert kindred(depends_on, "core") == {"fable", "search", "chat"}
    assert kindred(depends_on, "search") == {"core"}
    assert kindred(depends_on, "a") == {"b"}
    assert kindred(depends_on, "none") == frozenset()
