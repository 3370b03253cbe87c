"""What a service may say of the evidence about it."""

import pytest

from notifier.edges import company_file
from notifier.errors import BadInput
from notifier.model.terms import May

SERVICE = '[[services]]\nslug = "fable-5"\nname = "Fable 5"\n'
SOURCE = '[[sources]]\nname = "am"\ndialect = "alertmanager"\n'


def test_a_service_says_how_much_it_takes() -> None:
    (service,) = company_file.read(
        (SERVICE + 'needs = 2\nwitnesses = ["a", "b"]\nafter = "5m"\nmay = "draft"').encode()
    ).services
    assert (service.needs, service.witnesses, service.after, service.may) == (2, ["a", "b"], 300, May.DRAFT)


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ('needs = 3\nwitnesses = ["a", "b"]', "needs 3 of 2 witnesses: name more of them"),
        ('needs = 2\nwitnesses = ["a", "a"]', "needs 2 of 1 witnesses"),
        ("needs = 0", "greater than or equal to 1"),
        ('after = "soon"', "write it like"),
        ('may = "shout"', "'record', 'draft' or 'announce'"),
        ('may = "draft"\nannounce_ceiling = 5', "keep one of them"),
    ],
)
def test_what_cannot_work_is_said(more: str, word: str) -> None:
    with pytest.raises(BadInput) as refused:
        company_file.read((SERVICE + more).encode())
    assert word in " ".join(refused.value.details)


@pytest.mark.parametrize(
    ("more", "good"),
    [
        ('open = true\nmay = "record"', True),
        ('secret_env = "S"\nannounce_ceiling = 5\nmay = "announce"', True),
        ('secret_env = "S"\nmay = "announce"', False),
        ('secret_env = "S"\nannounce_ceiling = 5\nmay = "draft"', False),
    ],
)
def test_a_source_announces_only_with_a_ceiling(more: str, *, good: bool) -> None:
    if good:
        assert company_file.read((SOURCE + more).encode()).sources
        return
    with pytest.raises(BadInput) as refused:
        company_file.read((SOURCE + more).encode())
    assert "announce_ceiling do not fit" in " ".join(refused.value.details)
