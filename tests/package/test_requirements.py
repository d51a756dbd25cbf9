"""What is imported is declared, what is declared is pinned, and each purpose installs no more than it needs."""

import ast
import json
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cnnlessons import __version__


def names(lines):
    """The packages that lines of a requirements file name."""
    wanted = (line.partition("#")[0].strip() for line in lines)
    return {canonicalize_name(Requirement(line).name) for line in wanted if line and not line.startswith("-")}


def named(path):
    return names(path.read_text(encoding="utf-8").splitlines())


@pytest.fixture(scope="module")
def pinned(root):
    return named(root / "requirements.txt")


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def declared(project):
    return names(project["dependencies"])


def test_every_version_is_pinned_once(root):
    lines = (root / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in pins if [s.operator for s in Requirement(line).specifier] != ["=="]] == []
    assert len(pins) == len(named(root / "requirements.txt"))


def test_what_the_pages_need_is_pinned_and_small(root, pinned):
    site = named(root / "requirements/site.txt")
    assert site <= pinned
    assert not site & {"torch", "torchvision", "torchinfo", "scipy", "scikit-learn", "matplotlib", "mlxtend"}


def test_what_the_package_needs_is_pinned(declared, pinned):
    assert declared <= pinned


def test_binder_gets_what_a_reader_needs(root):
    lines = (root / ".binder/requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        "--extra-index-url https://download.pytorch.org/whl/cpu",
        "--constraint ../requirements.txt",
        "--editable .",
    ]


def imported(source):
    """The top-level modules that Python source imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.partition(".")[0]


def sources(root):
    """(file, Python source) of the package and of the lessons' cells."""
    for path in root.glob("src/**/*.py"):
        yield path, path.read_text(encoding="utf-8")
    for path in root.glob("book/*/*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                yield path, "".join(line for line in cell["source"] if not line.lstrip().startswith(("%", "!")))


def test_what_package_and_lessons_import_is_declared(root, declared):
    """Not merely brought along by another package, which may stop to."""
    known = packages_distributions()
    undeclared = {
        f"{path.relative_to(root)}: {module}"
        for path, source in sources(root)
        for module in imported(source)
        if module not in {*sys.stdlib_module_names, "cnnlessons"}
        and not {canonicalize_name(name) for name in known.get(module, [module])} & declared
    }
    assert undeclared == set()


@pytest.mark.parametrize("source", ["import psutil.x as p", "from psutil.x import y", "def f():\n    import psutil"])
def test_every_form_of_an_import_is_seen(source):
    assert list(imported(source)) == ["psutil"]


def test_there_is_one_version(root, project):
    assert project["dynamic"] == ["version"] and "version" not in project
    assert f"\nversion: {__version__}\n" in (root / "CITATION.cff").read_text(encoding="utf-8")


def test_metadata_says_licence_and_places(project):
    assert project["license"] == "BSD-3-Clause AND CC-BY-4.0"
    assert {"Book", "Source", "Issues"} <= project["urls"].keys()


def test_the_wheel_carries_everything(root, tmp_path):
    """Records, notes, widgets, types and licences, as `make book` builds it beside the pages."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    [wheel] = tmp_path.iterdir()
    assert wheel.name == f"cnnlessons-{__version__}-py3-none-any.whl"
    held = set(zipfile.ZipFile(wheel).namelist())
    package = root / "src/cnnlessons"
    for path in [p for p in package.rglob("*") if p.is_file() and p.suffix != ".pyc"]:
        assert f"cnnlessons/{path.relative_to(package).as_posix()}" in held
    tracked = subprocess.run(["git", "ls-files", "book/results"], cwd=root, check=True, capture_output=True, text=True)
    records = tracked.stdout.split()
    assert len(records) >= 29
    assert {f"cnnlessons/results/{name.rpartition('/')[2]}" for name in records} <= held
    assert {"cnnlessons/py.typed", f"cnnlessons-{__version__}.dist-info/licenses/LICENSE-docs"} <= held
