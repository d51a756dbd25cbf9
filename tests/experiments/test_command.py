"""python -m cnnlessons: what it makes, shows and lists; a user's mistake is one line and exit status 2."""

import os
import subprocess
import sys

import pytest
from tiny_experiment import TINY, recorded

from cnnlessons import __main__, __version__
from cnnlessons.experiments import EXPERIMENTS, records


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setitem(EXPERIMENTS, "tiny", TINY)


def python(*words, cwd, **variables):
    """The command line in a process of its own."""
    return subprocess.run(
        [sys.executable, *words], cwd=cwd, capture_output=True, encoding="utf-8", env=os.environ | variables
    )


def test_it_makes_and_shows_a_record(tmp_path, tiny, monkeypatch, capsys):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    words = ["tiny", "--folder", str(tmp_path), "--limit", "300"]
    assert __main__.main(["run", *words, "--processes", "1"]) == 0
    made, told = capsys.readouterr()
    assert made.startswith("tiny: Does it run?") and "a  no run learned, 2 stuck" in made
    assert told == ""  # no bar
    assert __main__.main(["show", *words]) == 0 and capsys.readouterr().out == made
    assert __main__.main(["list", "--folder", str(tmp_path)]) == 0
    assert "[mnist-5k: to run]" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--seeds", "0"], ["--limit", "-3"], ["--device", "gpu"]])
def test_a_wrong_flag_is_refused(words, capsys):
    with pytest.raises(SystemExit):
        __main__.main(["run", "lenet5-1998", *words])
    assert words[0] in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "E1"], "no experiment named 'E1'; known: "),
        (["show", "E04"], "did you mean 'E04-lrn'?"),
        (["run", "E22-softmax", "--data", "minst"], "did you mean 'mnist'?"),
        (["show", "E22-softmax", "--limit", "7"], "make it with python -m cnnlessons run E22-softmax --limit 7\n"),
        (
            ["show", "E01-convergence", "--data", "mnist-5k", "--limit", "64", "--folder", "no where"],
            "run E01-convergence --data mnist-5k --limit 64 --folder 'no where'\n",
        ),
    ],
)
def test_a_users_mistake_is_one_line(words, told, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert __main__.main(words) == 2
    said = capsys.readouterr().err
    assert said.startswith("cnnlessons: ") and said.count("\n") == 1 and told in said
    assert list(tmp_path.iterdir()) == []


def test_the_records_are_found_from_any_folder(tmp_path):
    found = python("-m", "cnnlessons", "list", cwd=tmp_path)
    assert found.returncode == 0 and "to run" not in found.stdout and not list(tmp_path.iterdir())
    assert all(id in found.stdout for id in EXPERIMENTS)
    shown = python("-m", "cnnlessons", "show", "E22-softmax", cwd=tmp_path, LC_ALL="C", PYTHONUTF8="0")
    assert shown.returncode == 0, shown.stderr


def test_installed_it_shows_the_packages_records_and_writes_none_of_them(tmp_path, tiny, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(__main__, "__file__", str(tmp_path / "site-packages" / "cnnlessons" / "__main__.py"))
    assert __main__.home() == __main__.Path("results")
    assert __main__.main(["show", "E22-softmax"]) == 0
    assert __main__.main(["show", "tiny"]) == 2
    (tmp_path / "results").mkdir()
    recorded(tmp_path / "results")
    assert __main__.main(["show", "tiny"]) == 0
    assert "tiny: Does it run?" in capsys.readouterr().out


def test_list_goes_on_after_a_damaged_record(tmp_path, tiny, capsys):
    (tmp_path / "E04-lrn.json").write_text("{", encoding="utf-8")
    recorded(tmp_path)
    assert __main__.main(["list", "--folder", str(tmp_path)]) == 2
    said, told = capsys.readouterr()
    assert "[cifar10: cannot be read]" in said and "Does it run? [mnist-5k: recorded]" in said
    assert told.startswith("cnnlessons: ") and "E04-lrn.json is damaged" in told and told.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="head")
def test_a_reader_who_leaves_is_no_error(tmp_path):
    run = subprocess.run(
        f"'{sys.executable}' -m cnnlessons list | head -1", shell=True, cwd=tmp_path, capture_output=True, text=True
    )
    assert run.stderr == "" and run.stdout.count("\n") == 1


def test_it_says_its_version(capsys):
    with pytest.raises(SystemExit):
        __main__.main(["--version"])
    assert capsys.readouterr().out == f"cnnlessons {__version__}\n"


def test_help_does_not_wait_for_pytorch():
    code = "import sys, cnnlessons.__main__ as m; m.parser().format_help(); print('torch' in sys.modules)"
    assert python("-c", code, cwd=".").stdout == "False\n"


def test_files_are_read_and_written_in_utf8_whatever_the_locale(tmp_path):
    code = """
import sys; sys.path.insert(0, sys.argv[2])
from pathlib import Path
from tiny_experiment import Plan, recorded
from cnnlessons.experiments import records
recorded(Path(sys.argv[1]))
Plan.look(recorded(Path(sys.argv[1]), limit=7))
for path in records.folder().glob("*.json"):
    records.read(path)
"""
    here = os.path.dirname(os.path.abspath(__file__))
    flags = ["-X", "warn_default_encoding", "-W", "error::EncodingWarning:cnnlessons"]
    run = python(
        *flags, "-c", code, str(tmp_path), here, cwd=tmp_path, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"
    )
    assert run.returncode == 0, run.stderr
    assert records.read(tmp_path / "tiny.json")["experiment"] == "tiny"
