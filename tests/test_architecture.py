"""What the tools and the layout promise, checked with every test run."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .rooms import PACKAGE, ROOT, imports

MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST_MODULE = 300
SHORTEST_NUMBER_OF_MODULES = 80
"""Fewer would mean that this looks in the wrong place."""

PYTHON = ".venv/bin/python"
TOOLS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("basedpyright", "--pythonpath", PYTHON),
    ("lint-imports", "--no-cache"),
)
QUICK = TOOLS[:2]
"""Before each commit."""

HEAVY = (
    "babel", "celery", "cryptography", "fluent", "httpx2", "jinja2", "kombu", "langcodes", "markdown_it", "orjson",
    "psycopg", "psycopg_pool", "pydantic", "rich", "sendgrid", "sqlglot", "starlette", "structlog", "uvicorn",
)  # fmt: skip


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.timeout(900)  # the type checker starts a process of its own and reads everything
@pytest.mark.parametrize(
    "command",
    [pytest.param(each, marks=[pytest.mark.long] * (each[0] == "basedpyright")) for each in TOOLS],
    ids=lambda command: command[0],
)
def test_the_tools_are_content(command: tuple[str, ...]) -> None:
    tool = Path(sys.executable).parent / command[0]
    arguments = [sys.executable if word == PYTHON else word for word in command[1:]]
    ran = subprocess.run([str(tool), *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_pre_commit_and_the_guide_run_the_same_tools() -> None:
    hooks = re.findall(
        r"^ *entry: (.+)$", (ROOT / ".pre-commit-config.yaml").read_text("utf-8"), re.MULTILINE
    )
    assert hooks == [f".venv/bin/{' '.join(command)}" for command in QUICK]
    guide = (PACKAGE / "docs" / "contributing.md").read_text("utf-8")
    assert "\n".join(f".venv/bin/{' '.join(command)}" for command in TOOLS) in guide


PLANTED = {
    "entry/hooks.py": "from notifier.store.disruptions import policy_holds",
    "entry/cli/commands/gaps.py": "from notifier.store import audit",
    "entry/cli/screens/standing.py": "from notifier.entry.cli.commands import gate",
    "store/audience/owed.py": "from notifier.store.ledger import chunks",
    "actions/notices/rule.py": "from notifier.actions.control import approve",
    "edges/wire.py": "from notifier.store import Db",
    "pipeline/detect.py": "from notifier.pipeline import intake",
}


def test_whoever_goes_through_a_wall_is_stopped(tmp_path: Path) -> None:
    """Each planted import breaks a contract, also in a module that is new."""
    shutil.copytree(PACKAGE, tmp_path / "notifier", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, line in PLANTED.items():
        planted = tmp_path / "notifier" / name
        planted.with_stem("planted_" + planted.stem).write_text(f"{line}\n")
        planted.write_text(f"{planted.read_text('utf-8')}\n{line}\n")
    tool = Path(sys.executable).parent / "lint-imports"
    ours = os.environ | {"PYTHONPATH": str(tmp_path)}
    ran = subprocess.run(
        [str(tool), "--no-cache"], cwd=tmp_path, env=ours, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1, ran.stdout
    for name in PLANTED:
        module = "notifier." + name.removesuffix(".py").replace("/", ".")
        room, _, leaf = module.rpartition(".")
        assert f"{module} " in ran.stdout, module
        assert f"{room}.planted_{leaf} " in ran.stdout, leaf


MIRRORED = ("actions", "edges", "entry", "local", "model", "pipeline", "store")
OF_THE_ROOM = {
    "tests/entry/cli/test_made_before.py": "notifier/store/migrate.py",
    "tests/edges/webhooks/test_webhooks.py": "notifier/edges/webhooks/__init__.py",
    "tests/local/sandbox/test_sender_contract.py": "notifier/edges/sendgrid.py",
    "tests/local/test_events_loop.py": "notifier/local/stack.py",
    "tests/pipeline/compose/test_facts.py": "notifier/model/facts.py",
    "tests/store/test_db.py": "notifier/store/__init__.py",
    "tests/entry/cli/test_version.py": "notifier/entry/cli/__init__.py",
}
"""What is not called like the module that it tests."""


def test_tests_stand_where_what_they_test_stands() -> None:
    """What spans rooms is a story: it stands in `stories`, `acceptance` or `chaos`."""
    found = [path for room in MIRRORED for path in (ROOT / "tests" / room).rglob("test_*.py")]
    assert len(found) > 60
    homeless: list[str] = []
    for path in found:
        name = name_of(path)
        mirrored = Path(OF_THE_ROOM.get(name) or name.replace("tests/", "notifier/", 1).replace("test_", ""))
        if not (ROOT / mirrored).exists() and not (ROOT / mirrored.with_suffix("")).is_dir():
            homeless.append(name)
    assert homeless == []


def test_no_module_is_too_long() -> None:
    assert len(MODULES) >= SHORTEST_NUMBER_OF_MODULES
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert {name: n for name, n in lengths.items() if n > LONGEST_MODULE} == {}


def test_a_class_name_stands_for_one_thing() -> None:
    """Whoever finds a name in a signature or a log finds one class of that name, wherever they look."""
    found: dict[str, list[str]] = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, []).append(name_of(path))
    assert len(found) > 250
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def reads_environment(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        and node.attr in {"environ", "environb", "getenv", "putenv"}
        for node in ast.walk(tree)
    ) or any(name in {"os.environ", "os.getenv"} for name in imports(tree))


def test_the_environment_is_read_in_the_settings_only() -> None:
    """`local` may hand on PATH to the servers and tools that it starts."""
    found = {name_of(path) for path in MODULES if reads_environment(ast.parse(path.read_text("utf-8")))}
    assert "notifier/settings.py" in found
    assert {name for name in found if not name.startswith("notifier/local/")} == {"notifier/settings.py"}


def test_psycopg_and_sql_live_in_the_store_only() -> None:
    users = {
        name_of(path)
        for path in MODULES
        for name in imports(ast.parse(path.read_text("utf-8")))
        if name.partition(".")[0] in {"psycopg", "psycopg_pool"}
    }
    assert users
    assert all(name.startswith("notifier/store/") for name in users)


SQL = re.compile(
    r"\b(?:SELECT|FROM|WHERE|JOIN|INSERT|UPDATE|DELETE|SET|VALUES|CASE|AND|OR|ORDER BY|GROUP BY)\b"
)


def in_pieces(source: str) -> set[int]:
    """The lines where SQL begins that goes on in a string of another line."""
    return {
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant | ast.JoinedStr)
        and node.lineno != node.end_lineno
        and not (written := ast.get_source_segment(source, node) or "").startswith(('"""', 'f"""', 'r"""'))
        and SQL.search(written)
    }


def test_sql_of_more_than_one_line_is_one_text() -> None:
    """In triple quotes, the keyword of each clause where its line begins: as it reads in a terminal, too."""
    assert in_pieces('run(\n    "UPDATE brake SET why = NULL"\n    " WHERE at < now()"\n)') == {2}
    modules = {name_of(path): path.read_text("utf-8") for path in (PACKAGE / "store").rglob("*.py")}
    assert {name: lines for name, source in modules.items() if (lines := in_pieces(source))} == {}


def test_a_task_calls_one_action_and_nothing_else() -> None:
    """Tasks carry ids; what they do stands in an action, which the command line calls as well."""
    tree = ast.parse((PACKAGE / "entry" / "tasks.py").read_text("utf-8"))
    actions = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("notifier.actions")
        for alias in node.names
    }
    tasks = next(
        node.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "TASKS"
    )
    assert isinstance(tasks, ast.Dict)
    assert len(tasks.values) >= 5
    for work in tasks.values:
        assert isinstance(work, ast.Lambda), ast.unparse(work)
        call = work.body.value if isinstance(work.body, ast.Attribute) else work.body
        assert isinstance(call, ast.Call), ast.unparse(work)
        assert isinstance(call.func, ast.Attribute), ast.unparse(work)
        assert isinstance(call.func.value, ast.Name), ast.unparse(work)
        assert call.func.value.id in actions, ast.unparse(work)


def test_help_loads_nothing_heavy() -> None:
    """`--help` answers at once because commands import inside what they need."""
    program = (
        "import sys\n"
        "from notifier.entry import cli\n"
        "sys.argv = ['notifier', '--help']\n"
        "try:\n"
        "    cli.main()\n"
        "except SystemExit as end:\n"
        "    assert end.code == 0, end.code\n"
        f"print('HEAVY', *sorted(set({HEAVY!r}) & sys.modules.keys()))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "demo" in ran.stdout
    assert ran.stdout.splitlines()[-1].split() == ["HEAVY"]
