"""Imports run one way: each room knows only the rooms above it."""

import ast
import sys
from pathlib import Path

import pytest

import bedrock_guard

PACKAGE = Path(bedrock_guard.__file__).parent

# From the ground floor to the door; rooms in one row may know each other.
FLOORS = [
    ["_compat"],
    ["_actions", "_identifiers", "_text", "_fork"],
    ["_messages", "_denials", "_catalog"],
    [
        "scp._errors",
        "scp._json",
        "scp._patterns",
        "scp._arns",
        "scp._variables",
        "scp._facts",
        "scp._comparisons",
        "scp._operators",
    ],
    ["scp._conditions", "scp._documents", "scp._hierarchy", "scp._evaluation"],
    ["_profiles"],
    ["_alternatives", "_resolver"],
    ["scp", "scp.*"],
    ["_diagnosis"],
    ["_traits", "_edits", "_remedies"],
    ["_wording"],
    ["exceptions", "_explain"],
    ["_events", "_control", "_callers"],
    ["_switch", "_finder"],
    ["_fallback"],
    ["_guard"],
    ["_calls._drill", "_calls._headers"],
    ["_calls._call", "_calls._failures"],
    ["_calls._candidates"],
    ["_calls._conduct"],
    ["_calls._conversation"],
    ["_calls"],
    ["_aio"],
    ["_client"],
    ["_api"],
    ["simulator"],
    ["cli", "pytest_plugin"],
]
GROUND = 5  # floors that know the standard library alone
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def name_of(path: Path) -> str:
    """Return the name of the module at *path* within the package."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def floor_of(name: str) -> int:
    """Return the floor of the room that *name* is in."""
    head, _, rest = name.partition(".")
    for wanted in (name, f"{head}.*" if rest else head, head):
        for number, rooms in enumerate(FLOORS):
            if wanted in rooms:
                return number
    raise AssertionError(f"{name} is in no room: put it on its floor")


def imports_of(path: Path) -> set[str]:
    """Return the full names that the module at *path* imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            is_package = PACKAGE.parent.joinpath(*node.module.split(".")).is_dir()
            found |= {f"{node.module}.{alias.name}" for alias in node.names} if is_package else {node.module}
    return found


def is_module(name: str) -> bool:
    """Tell whether *name*, within the package, is a module or a package, and no name in one."""
    path = PACKAGE.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or path.is_dir()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_room_knows_only_the_rooms_above_it(path: Path) -> None:
    """A module imports none that stands below its own."""
    own = floor_of(name_of(path))
    known = [name.removeprefix("bedrock_guard.") for name in imports_of(path) if name.startswith("bedrock_guard.")]
    rooms = [name if is_module(name) else name.rpartition(".")[0] for name in known]

    assert [room for room in rooms if room and floor_of(room) > own] == []


@pytest.mark.parametrize("path", [path for path in MODULES if floor_of(name_of(path)) < GROUND], ids=name_of)
def test_ground_floor_is_the_standard_library_alone(path: Path) -> None:
    """Data in, data out: nothing there needs AWS's libraries."""
    others = {name.partition(".")[0] for name in imports_of(path)} - {"bedrock_guard"}

    assert others <= sys.stdlib_module_names
