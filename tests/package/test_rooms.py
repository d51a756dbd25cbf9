"""The rooms of the package: what may import what, no name of two meanings, and what works without torch."""

import ast
import importlib
import pkgutil
import subprocess
import sys
import warnings
from pathlib import Path
from types import ModuleType

import pytest

import cnnlessons

PACKAGE = Path(cnnlessons.__file__).parent
# room → the rooms it may import; CONTRIBUTING's map says the same in words
MAY_IMPORT = {
    "errors": set(),
    "intervals": {"errors"},
    "networks": {"errors"},
    "data": {"errors"},
    "modules": {"errors", "networks"},
    "training": {"errors", "networks", "data", "modules"},
    "memory": {"errors", "networks", "modules"},
    "two_devices": {"errors", "networks", "modules", "training", "memory"},
    "draw": {"errors", "networks", "intervals"},
    "experiments": {"errors", "intervals", "networks", "data", "modules", "training"},
    "claims": {"errors", "intervals", "networks", "data", "modules", "training", "experiments", "draw"},
    "live": set(),
    "widgets": {"errors", "networks", "data", "modules", "training", "experiments", "intervals", "live"},
    "predictions": {"errors"},
    "exercises": {"errors", "intervals", "networks", "modules", "experiments", "claims", "predictions"},
    "__main__": {"errors", "data", "experiments", "exercises"},
}
LIGHT = (
    "networks",
    "networks.input_sizes",
    "widgets",
    "widgets.sphinx_ext",
    "data.embedded",
    "claims",
    "claims.sphinx_ext",
    "exercises",
    "errors",
)


def imports(path: Path) -> set[str]:
    """The rooms that a file imports, also inside its functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cnnlessons"):
            parts = (node.module or "").split(".")
            names = {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
            found |= {cnnlessons.HOME.get(name, name) for name in names} - {"__version__"}
        if isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("cnnlessons.")}
    return found


@pytest.mark.parametrize("room", sorted({p.name.removesuffix(".py") for p in PACKAGE.glob("[!_]*")} | {"__main__"}))
def test_no_import_runs_upwards(room):
    if not (PACKAGE / room).is_dir() and not (PACKAGE / f"{room}.py").exists():
        pytest.skip("not a room of code")
    files = (PACKAGE / room).rglob("*.py") if (PACKAGE / room).is_dir() else [PACKAGE / f"{room}.py"]
    above = {
        (path.relative_to(PACKAGE).as_posix(), name)
        for path in files
        for name in imports(path) - MAY_IMPORT[room] - {room}
    }
    assert above == set()


def test_the_floors_have_no_circle():
    done: set[str] = set()
    while len(done) < len(MAY_IMPORT):
        ready = {room for room, below in MAY_IMPORT.items() if below <= done} - done
        assert ready, f"a circle among {set(MAY_IMPORT) - done}"
        done |= ready


def test_contributing_has_a_line_a_room(root):
    text = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [room for room in MAY_IMPORT if f"`{room}`" not in text and f"`{room}/`" not in text] == []


def modules() -> list[str]:
    return [name for _, name, _ in pkgutil.walk_packages([str(PACKAGE)], "cnnlessons.") if "__main__" not in name]


def test_no_module_bears_the_name_of_something_its_package_shows():
    """`import cnnlessons.x as x` must not give a function, nor `from cnnlessons import x` a module."""
    names = set(modules())
    packages = [importlib.import_module(name) for name in ["cnnlessons", *names]]
    clashes = [
        f"{package.__name__}.{name}"
        for package in packages
        if hasattr(package, "__path__")
        for name in getattr(package, "__all__", ())
        if f"{package.__name__}.{name}" in names and not isinstance(getattr(package, name), ModuleType)
    ]
    assert clashes == []


@pytest.mark.parametrize("name", LIGHT)
def test_the_catalogue_and_both_extensions_need_no_torch(name):
    heavy = ("torch", "torchvision", "torchinfo", "scipy", "sklearn", "matplotlib")
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({heavy!r}))\n"
        f"import cnnlessons.{name}\n"
        "from cnnlessons import CATALOGUE, trace\n"
        "assert trace(CATALOGUE['lenet5-1998']).params == 60_000\n"
        "assert '60,000' in trace(CATALOGUE['lenet5-1998'])._repr_html_()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_face_shows_what_it_promises():
    assert set(dir(cnnlessons)) >= set(cnnlessons.__all__)
    assert all(getattr(cnnlessons, name) is not None for name in cnnlessons.__all__)
    with pytest.raises(AttributeError, match="no attribute 'traec'"):
        cnnlessons.traec  # noqa: B018


def test_record_is_capture_for_one_release():
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert cnnlessons.record is cnnlessons.capture
    assert [str(one.message) for one in told] == ["cnnlessons.record is now cnnlessons.capture"]
