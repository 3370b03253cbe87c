"""Enter pressed twice, eight at once, the terminal killed: one disruption, one mail each."""

import signal
from collections import Counter

from .conftest import Place

SUSPEND = ("suspend", "fable-5", "--reason", "legal")


def once_each(n: int, name: str = "p") -> Counter[str]:
    return Counter({f"{name}{i}@example.com": 1 for i in range(1, n + 1)})


def test_enter_pressed_twice_is_one_disruption_and_one_mail_each(notifier: Place) -> None:
    notifier.people(30)
    first = notifier.process(*SUSPEND, "--yes")
    assert first.code == 0, first.said
    (reference,) = notifier.references
    second = notifier.process(*SUSPEND, "--yes")
    assert second.code == 3
    assert second.err.startswith(f"This is declared already: D-{reference}.")
    assert notifier.references == [reference]
    assert notifier.provider.addresses() == once_each(30)
    assert notifier.sandbox.count() == 0
    (notice,) = notifier.shown()
    assert notice["accounts"]["told"] == 30


def test_eight_at_once_are_one_disruption_and_one_mail_each(notifier: Place) -> None:
    notifier.people(30)
    started = [notifier.start(*SUSPEND, "--yes") for _ in range(8)]
    ended = [(process.communicate(), process.returncode) for process in started]
    (reference,) = notifier.references
    assert sorted(code for _, code in ended) == [0, 3, 3, 3, 3, 3, 3, 3]
    for (_, complaint), code in ended:
        assert "Traceback" not in complaint
        assert code == 0 or f"D-{reference}" in complaint
    assert notifier.provider.addresses() == once_each(30)
    assert notifier.states() == ["finished"]


def test_a_terminal_killed_while_it_watches_changes_nothing(notifier: Place) -> None:
    notifier.people(2500)
    notifier.provider.fault("slow", times=50, seconds=0.4)
    terminal = notifier.start(*SUSPEND, "--yes")
    notifier.until(lambda: notifier.provider.count() > 0)
    terminal.send_signal(signal.SIGKILL)
    terminal.wait()
    notifier.until_state("finished")
    assert notifier.provider.addresses() == once_each(2500)
    assert len(notifier.references) == 1


def test_a_terminal_killed_as_soon_as_the_declaration_is_committed_loses_nobody(notifier: Place) -> None:
    notifier.people(40)
    terminal = notifier.start(*SUSPEND, "--yes")
    notifier.until(lambda: notifier.rows("SELECT 1 FROM approval"))
    terminal.send_signal(signal.SIGKILL)
    terminal.wait()
    notifier.until_state("finished")
    assert notifier.provider.addresses() == once_each(40)
