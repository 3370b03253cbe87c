"""Options that several commands share: one wording, one parser for each kind of value."""

from pathlib import Path
from typing import Annotated

import typer

Statement = Annotated[
    list[str], typer.Option("--statement", metavar="[LOCALE=]FILE|-", help="Your own words, in Markdown.")
]
FactsFile = Annotated[
    Path | None, typer.Option("--facts", metavar="FILE.toml", help="What is known, and how surely.")
]
NextUpdate = Annotated[
    str | None, typer.Option(metavar="TIME", help="When people hear next: 22:00, +3h, ISO 8601, none.")
]
Yes = Annotated[
    bool, typer.Option("--yes", help="Ask nothing; tell at most as many people as are counted now.")
]
Ceiling = Annotated[
    int | None, typer.Option(min=0, metavar="N", help="Tell at most N people; the rest is held.")
]
AcceptGap = Annotated[
    int | None, typer.Option(min=0, metavar="N", help="Acknowledge that N customers differ.")
]
BreakGlass = Annotated[
    str | None,
    typer.Option(
        metavar="REASON", help="Approve alone what policy wants another to approve; shown for ever."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

Only = Annotated[
    list[str],
    typer.Option(
        "--only", metavar="ATTRIBUTE=VALUES", help="Only these: country=DE,FR seats=10.. used=90d.."
    ),
]
LeaveOut = Annotated[
    list[str], typer.Option("--except", metavar="ATTRIBUTE=VALUES", help="All but these: plan=free.")
]
Roles = Annotated[
    list[str], typer.Option("--roles", metavar="ROLE[,ROLE]", help="Tell these contacts: technical,security.")
]
AsWritten = Annotated[
    bool, typer.Option("--as-written", help="Also values that no customer has, however near another is.")
]

DisruptionName = Annotated[str, typer.Argument(metavar="DISRUPTION", help="7K2M or D-7K2M.")]
