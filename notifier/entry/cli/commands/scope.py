"""`scope`: what a scope may ask for, for people who do not write SQL."""

from typing import TYPE_CHECKING, Annotated

import typer

from notifier.entry.cli.options import AsJson

if TYPE_CHECKING:
    from notifier.actions.notices.scope import Overview, Values

SHOWN = 10
ALL = 1_000
LONGEST_VALUE = 44


def register(app: typer.Typer) -> None:
    app.command(help="What customers can be chosen by: each attribute's values, with counts.")(scope)


def scope(
    names: Annotated[
        list[str], typer.Argument(metavar="[ATTRIBUTE]...", help="Only these; all if left out.")
    ] = [],  # noqa: B006
    service: Annotated[
        list[str], typer.Option("--service", metavar="SLUG", help="Only customers who hold this service.")
    ] = [],  # noqa: B006
    sensitive: Annotated[
        bool, typer.Option("--sensitive", help="Show sensitive values too; the audit chain says who looked.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help=f"Up to {ALL:,} values of each, instead of {SHOWN}.")
    ] = False,
    json: AsJson = False,
) -> None:
    from notifier.actions.notices.scope import overview
    from notifier.entry.cli import output
    from notifier.entry.cli.session import opened_app

    with opened_app() as app:
        most = ALL if everything else SHOWN
        found = overview(app.db, app.act(), names, service, most, sensitive=sensitive)
    if json:
        output.print_json(found)
    else:
        output.say(picture(found))


def picture(found: "Overview") -> str:
    """One block for each column, at most 80 columns wide."""
    if not found.customers:
        return "Nobody holds a service yet: bring customers with `notifier import FILE.csv`."
    lines = [f"{found.customers:,} customers hold a service. Of them have:"]
    for each in found.values:
        lines += ["", _head(each), *_values(each)]
    lines += ["", "Choose with --only and --except (several together mean AND), or with --where:"]
    return "\n".join([*lines, *_examples(found)])


def _head(each: "Values") -> str:
    kind = "built in" if each.built_in else each.column.type.value
    counted = each.counted
    between = f", {counted.least} to {counted.most}" if counted and counted.least is not None else ""
    return f"{each.column.name}  ({kind}{', sensitive' if each.column.sensitive else ''}{between})"


def _values(each: "Values") -> list[str]:
    from notifier.entry.cli.output import table

    rows: list[tuple[str, str]] = []
    if each.counted is None:
        values = f"{each.distinct:,} value{'' if each.distinct == 1 else 's'}, see --sensitive"
        rows.append((values, f"{each.known:,}"))
    else:
        rows += [(_short(top.value), f"{top.customers:,}") for top in each.counted.top]
        more = each.distinct - len(each.counted.top)
        if more:
            rows.append((f"... {more:,} more value{'' if more == 1 else 's'}", ""))
    rows.append(("*unknown*", f"{each.unknown:,}"))
    width = (LONGEST_VALUE, 12)
    return table([*((a.ljust(width[0]), b.rjust(width[1])) for a, b in rows)]).splitlines()


def _short(value: str) -> str:
    """A customer's value on one line, without what a terminal would act on."""
    shown = "".join(c if c.isprintable() else " " for c in value)
    return shown if len(shown) <= LONGEST_VALUE else shown[: LONGEST_VALUE - 3] + "..."


def _examples(found: "Overview") -> list[str]:
    texts = [v for v in found.values if not v.built_in and v.counted and v.counted.top]
    if not texts:
        return ["  notifier suspend SERVICE --reason legal --only region=eu --dry-run"]
    first = texts[0]
    assert first.counted is not None
    value = first.counted.top[0].value
    quoted = f'"{value}"' if "," in value else value
    return [
        f"  notifier suspend SERVICE --reason legal --only '{first.column.name}={quoted}' --dry-run",
        f"  notifier suspend SERVICE --reason legal --except '{first.column.name}={quoted}' --dry-run",
    ]
