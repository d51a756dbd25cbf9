"""Installing the package on Colab replaces nothing there (tests/package/colab.txt) and adds nothing undeclared."""

import re
import tomllib
from importlib.metadata import requires

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

# Packages the install cell may add, because Colab has nothing of that name.
NEW = frozenset({"torchinfo"})


def colab(root):
    """Colab's Python and its packages, name → version."""
    lines = (root / "tests/package/colab.txt").read_text().splitlines()
    pinned = dict(line.removeprefix("# ").split("==") for line in lines if "==" in line)
    python = Version(pinned.pop("python"))
    return python, {canonicalize_name(name): Version(version) for name, version in pinned.items()}


def objections(declared, python, present, new=NEW, requires=requires):
    """Why pip would change something on Colab for these requirements; an empty list if it would not."""
    environment = default_environment() | {
        "python_version": f"{python.major}.{python.minor}",
        "python_full_version": str(python),
        "sys_platform": "linux",
        "platform_system": "Linux",
        "extra": "",
    }
    found, waiting, seen = [], [Requirement(line) for line in declared], set()
    while waiting:
        needed = waiting.pop()
        name = canonicalize_name(needed.name)
        if needed.marker and not needed.marker.evaluate(environment):
            continue
        if name in present:
            if not needed.specifier.contains(present[name], prereleases=True):
                found.append(f"{needed} would replace {name} {present[name]}")
        elif name not in new:
            found.append(f"{needed} is not on Colab and not declared as new")
        elif name not in seen:
            # What is new brings its own needs; what is there and stays has them met already.
            seen.add(name)
            waiting += [Requirement(line) for line in requires(name) or []]
    return found


@pytest.fixture(scope="module")
def runtime(root):
    return colab(root)


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text())["project"]


def test_nothing_on_colab_is_replaced(project, runtime):
    assert objections(project["dependencies"], *runtime) == []


def test_no_annotation_asks_for_newer_traitlets(root):
    """`input: List[int] = …` in a class is run, and traitlets 5.7 has no List[int]; in quotes it is only read."""
    found = [
        path.name
        for path in root.glob("src/**/*.py")
        if re.search(r": (List|Dict|Tuple|Set|Instance)\[", path.read_text())
    ]
    assert found == []


def test_colabs_python_will_do(project, runtime):
    python, _ = runtime
    assert Requirement(f"python{project['requires-python']}").specifier.contains(python)


@pytest.mark.parametrize(
    ("requirement", "reason"),
    [
        ("numpy>=2.2", "would replace numpy 2.1.3"),
        ("numpy<2", "would replace numpy 2.1.3"),
        ("ipywidgets>=8", "would replace ipywidgets 7.7.1"),
        ("numpy>=2.2; python_version >= '3.13'", "would replace numpy"),
        ("torch==2.14.1", "would replace torch 2.11.0"),
        ("no-such-package", "not on Colab"),
    ],
)
def test_a_requirement_that_would_change_colab_is_caught(runtime, requirement, reason):
    [found] = objections([requirement], *runtime)
    assert reason in found


@pytest.mark.parametrize("requirement", ["numpy>=2.1", "numpy>=9; python_version < '3.13'", "Typing-Extensions"])
def test_a_requirement_that_colab_meets_is_not(runtime, requirement):
    assert objections([requirement], *runtime) == []


def test_what_a_new_package_needs_counts_too(runtime):
    """mlxtend 0.24 declares numpy and pandas that Colab does not have; hidden in a newcomer it is still found."""
    needs = {"newcomer": ["pandas>=2.3", "numpy>=1.16", "extra-only; extra == 'all'"]}
    [found] = objections(["newcomer"], *runtime, new={"newcomer"}, requires=needs.get)
    assert "would replace pandas 2.2.3" in found
