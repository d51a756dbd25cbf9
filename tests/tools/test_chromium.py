"""tools/chromium.py: the first Chromium of the PATH; and what happens where there is none."""

import chromium
import pytest


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def program(path, script="exit 0"):
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def test_the_first_of_the_names_is_taken(path):
    assert chromium.found() is None
    for name in ("google-chrome", "chromium"):
        program(path / name)
        assert chromium.found() == str(path / name)
        assert chromium.main() == 0


@pytest.mark.parametrize(("ci", "status"), [("true", 1), ("", 0)])
def test_without_one_only_ci_fails(path, monkeypatch, capsys, ci, status):
    monkeypatch.setenv("CI", ci)
    assert chromium.main() == status
    assert chromium.WANTED in capsys.readouterr().err


def test_it_is_installed_where_apt_is(path, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    program(path / "env", 'shift; exec "$@"')
    program(path / "apt-get", f'echo "$@" >> {path}/calls; case "$2" in install) : > {path}/chromium;; esac')
    assert chromium.main() == 0
    calls = (path / "calls").read_text(encoding="utf-8").splitlines()
    assert calls == ["-qq update", "-qq install -y --no-install-recommends chromium"]


def test_no_sudo_is_no_traceback(path, monkeypatch, capsys):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.delenv("CI", raising=False)
    program(path / "apt-get")
    assert chromium.main() == 0
    assert chromium.WANTED in capsys.readouterr().err
