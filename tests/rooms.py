"""The rooms in one picture, made from the imports: `python -m tests.rooms` prints it.

`python -m tests.rooms --write` puts it into `notifier/docs/contributing.md`. A room is a folder of modules. In
each house (a folder of `notifier/`, or a module beside them) the rooms stand in floors: each imports only from
floors below it. An arrow that other arrows imply is left out.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from textwrap import wrap

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "notifier"
PAGE = PACKAGE / "docs" / "contributing.md"
BEGIN, END = "<!-- rooms -->\n```text\n", "```\n<!-- end of rooms -->"
WIDTH = 80
TOP = "."
Edges = Mapping[str, frozenset[str]]


def room_of(path: Path) -> str:
    """`entry/cli` for a module there, `app` for the module `app.py`."""
    inside = path.relative_to(PACKAGE)
    folder = inside.parent.as_posix()
    return inside.stem if folder == TOP else folder


def house_of(room: str) -> str:
    return room.partition("/")[0]


@cache
def modules() -> dict[str, Path]:
    """Dotted name -> file, without what only starts the program and without documents."""
    found = {path.relative_to(ROOT).with_suffix(""): path for path in sorted(PACKAGE.rglob("*.py"))}
    named = {".".join(name.parts).removesuffix(".__init__"): path for name, path in found.items()}
    return {name: path for name, path in named.items() if name.count(".") and not name.endswith("__main__")}


def imports(tree: ast.AST) -> Iterator[str]:
    """`module.name` for each name that it imports, also inside of functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported(path: Path) -> Iterator[str]:
    """Modules of ours that a module imports."""
    for name in imports(ast.parse(path.read_text("utf-8"))):
        whole = name if name in modules() else name.rpartition(".")[0]
        if whole in modules():
            yield whole


def edges() -> Edges:
    """Room -> rooms that it imports from."""
    found: dict[str, set[str]] = {}
    for path in modules().values():
        room = room_of(path)
        found.setdefault(room, set()).update(room_of(modules()[name]) for name in imported(path))
    return {room: frozenset(others - {room}) for room, others in found.items()}


def beneath(rooms: Edges, start: str) -> frozenset[str]:
    """Everything that a room reaches."""
    seen: set[str] = set()
    todo = [start]
    while todo:
        new = rooms[todo.pop()] - seen
        seen |= new
        todo += new
    return frozenset(seen)


def floors(rooms: Edges) -> dict[str, int]:
    """The lowest is 1. Rooms that reach each other share a floor."""
    reached = {room: beneath(rooms, room) for room in rooms}
    found: dict[str, int] = {}
    for room in sorted(rooms, key=lambda each: len(reached[each])):
        below = [other for other in reached[room] if room not in reached[other]]
        found[room] = 1 + max((found[other] for other in below), default=0)
    return found


def implied(rooms: Edges, room: str, other: str) -> bool:
    """Another room that this one imports reaches it too."""
    return any(
        other in beneath(rooms, between) and room not in beneath(rooms, between)
        for between in rooms[room] - {other}
    )


def within(rooms: Edges, house: str) -> Edges:
    mine = {room for room in rooms if house_of(room) == house}
    return {room: rooms[room] & mine for room in mine}


def houses(rooms: Edges) -> Edges:
    found: dict[str, set[str]] = {}
    for room, others in rooms.items():
        found.setdefault(house_of(room), set()).update(house_of(other) for other in others)
    return {house: frozenset(others - {house}) for house, others in found.items()}


def purpose(room: str) -> str:
    """The first sentence of its docstring."""
    path = PACKAGE / room / "__init__.py"
    path = path if path.is_file() else PACKAGE / f"{room}.py"
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split()).partition(". ")[0].rstrip(".:")


def picture() -> str:
    rooms = edges()
    standing = houses(rooms)
    floor = floors(standing)
    lines: list[str] = []
    for number in sorted(set(floor.values()), reverse=True):
        for house in sorted(each for each in floor if floor[each] == number):
            lines += _house(rooms, house, standing[house])
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _house(rooms: Edges, house: str, below: frozenset[str]) -> Iterator[str]:
    yield f"== {house} ".ljust(WIDTH, "=")
    yield from wrap(purpose(house), WIDTH, initial_indent="   ", subsequent_indent="   ")
    mine = within(rooms, house)
    floor = floors(mine)
    if len(mine) > 1:
        for room in sorted(mine, key=lambda each: (-floor[each], each)):
            yield from _room(mine, house, room, floor[room])
    if below:
        text = f"imports {', '.join(sorted(below))}"
        yield from wrap(text, WIDTH, initial_indent="   |  ", subsequent_indent="   |  ")
    yield ""


def _room(mine: Edges, house: str, room: str, floor: int) -> Iterator[str]:
    def name(each: str) -> str:
        return each.removeprefix(f"{house}/") if each != house else TOP

    kept = [name(other) for other in sorted(mine[room]) if not implied(mine, room, other)]
    head, margin = f"   {floor}  {name(room):<16}", " " * 22
    said = purpose(room) if room != house else ""
    arrow = f"-> {', '.join(kept)}" if kept else ""
    lines = [*wrap(said, WIDTH - len(margin)), *wrap(arrow, WIDTH - len(margin))] or [""]
    yield from (f"{head if n == 0 else margin}{line}" for n, line in enumerate(lines))


def on_the_page(text: str) -> str:
    """What stands between the marks of a page."""
    return text.partition(BEGIN)[2].partition(END)[0]


def main() -> None:
    made = picture()
    if "--write" in sys.argv[1:]:
        text = PAGE.read_text("utf-8")
        PAGE.write_text(text.replace(BEGIN + on_the_page(text) + END, BEGIN + made + END), "utf-8")
    else:
        sys.stdout.write(made)


if __name__ == "__main__":
    main()
