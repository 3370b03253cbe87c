from notifier.model.kinds import FOR_THE_LATE, KINDS
from notifier.model.vocabulary import NoticeKind


def test_every_kind_has_its_traits() -> None:
    assert set(KINDS) == set(NoticeKind)
    assert len({each.title for each in KINDS.values()}) == len(KINDS)


def test_what_the_tick_drafts_is_what_policy_owes() -> None:
    assert set(FOR_THE_LATE) == {kind for kind, each in KINDS.items() if each.by_policy}
    assert FOR_THE_LATE == (NoticeKind.CATCH_UP, NoticeKind.RELEASED, NoticeKind.PARTIAL)


def test_traits_that_go_together() -> None:
    """What ends something begins nothing; what is back has ended; what repeats the truth to all merges or ends."""
    for kind, each in KINDS.items():
        assert not (each.begins and (each.ends or each.corrects)), kind
        assert each.ends or not each.back, kind
        assert each.follows or not (each.merges or each.corrects or each.ends), kind
        assert not each.keeps_promise or each.merges or each.corrects or each.back, kind
