"""Every text of a notice, before somebody approves it."""

from notifier.actions.notices.named import Name
from notifier.actions.notices.shown import ShownText
from notifier.entry.cli.output import table


def listing(name: Name, shown: list[ShownText]) -> str:
    """One line for each: what is approved is these hashes."""
    rows = [(each.locale, each.variant, each.sha256[:12], each.subject[:40]) for each in shown]
    how = f"read them in full: notifier approve {name} --part words"
    return f"Texts of {name} ({len(rows)}); {how}\n{table(rows, left=4)}"


def in_full(shown: list[ShownText]) -> str:
    """Subject and text of each as they are frozen, with {{name}} where something differs from person to person."""
    return "\n\n".join(_one(each) for each in shown)


def _one(each: ShownText) -> str:
    lines = [f"--- {each.locale} {each.variant} {each.sha256[:12]}", f"Subject: {each.subject}", ""]
    return "\n".join([*lines, *(f"  | {line}".rstrip() for line in each.text.splitlines())])
