"""Where the demo is shown: a live picture in a terminal, plain lines where nobody watches."""

from textwrap import wrap

from rich.live import Live
from rich.text import Text

from notifier.actions.announce.rescope import ShownScope
from notifier.actions.company.import_customers import Imported
from notifier.actions.estimate.estimate import Estimate
from notifier.entry.cli import output
from notifier.entry.cli.commands import rescoping
from notifier.entry.cli.screens import dry_run, standing
from notifier.model.kinds import KINDS
from notifier.model.vocabulary import Account
from notifier.store.read.views import AlarmRow, NoticeRow

COLUMNS = 80


class Terminal:
    """A `Stage`."""

    def __init__(self) -> None:
        self._live: Live | None = None
        self._sent = 0

    def prologue(self) -> None:
        self._print("REHEARSAL: everything runs on this machine, no mail leaves it.", "bold")
        self._print("Days pass in seconds here; every number below is measured or counted.")
        self._print("Starting Postgres, a broker, a stand-in for SendGrid and two workers.")

    def scene(self, when: str, what: str) -> None:
        self._print("")
        text = Text(f"{when}  ", style="bold cyan")
        text.append(what, style="bold")
        output.console.print(text, soft_wrap=True)

    def command(self, line: str) -> None:
        self._print(f"$ {line}", "green")

    def said(self, line: str) -> None:
        self._print(f"  {line}")

    def imported(self, found: Imported) -> None:
        merged = found.merged
        self.said(
            f"{merged.customers:,} customers, {merged.people_new:,} people, "
            f"{merged.entitlements_new:,} services held, {merged.cut_off:,} of them cut off."
        )
        self.said(f"{merged.customers_without_address:,} customers have no address.")

    def alarmed(self, rows: list[AlarmRow]) -> None:
        for row in rows:
            self._wrapped(f"  ALARM  {row.text}", "bold red")

    def counted(self, found: Estimate) -> None:
        for line in dry_run.picture(found).splitlines():
            self._wrapped(line, "yellow" if line.startswith("!") else "")

    def changed(self, shown: ShownScope) -> None:
        for line in rescoping.picture(shown, dry=True).splitlines():
            self._wrapped(f"  {line}".rstrip(), "yellow" if line.startswith("!") else "")

    def progress(self, notice: NoticeRow, accounts: dict[Account, int], fault: int) -> None:
        if not output.console.is_terminal or not notice.audience_n:
            return  # before the first range of the list is frozen there is nothing to draw
        if self._live is None:
            self._live = Live(console=output.console, refresh_per_second=10, transient=True)
            self._live.start()
        self._live.update(_picture(notice, accounts, fault))

    def sent(self, notice: NoticeRow, accounts: dict[Account, int], fault: int) -> None:
        self.close()
        output.console.print(_picture(notice, accounts, fault, full=self._sent == 0))
        self._sent += 1

    def stopping(self) -> None:
        self.close()
        self._print("")
        self._print("Stopping everything.")

    def lines(self, lines: list[tuple[str, str]]) -> None:
        """Each with its style."""
        for line, style in lines:
            self._print(line, style)

    def close(self) -> None:
        """However the story ends, the terminal gets its cursor back."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _wrapped(self, line: str, style: str = "") -> None:
        for part in wrap(
            line,
            COLUMNS,
            subsequent_indent="      " if line.startswith("    ") else "  ",
            break_on_hyphens=False,
        ):
            self._print(part.rstrip(), style)

    def _print(self, line: str, style: str = "") -> None:
        output.console.print(Text(line, style=style), soft_wrap=True)


def _picture(notice: NoticeRow, accounts: dict[Account, int], fault: int, *, full: bool = True) -> Text:
    """Not full: without the states that nobody is in."""
    lines = standing.notice_lines(notice, accounts, fault)
    lines[0] = f"  {KINDS[notice.kind].title} (notice {notice.seq}): {notice.state}"
    empty = () if full else tuple(f"  {standing.LABELS[a]} " for a, people in accounts.items() if not people)
    return Text("\n".join(line for line in lines if not empty or not line.startswith(empty)))
