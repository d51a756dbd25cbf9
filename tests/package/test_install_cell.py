"""The install cell does nothing where the package is, takes it from one of two places, and fails in one sentence."""

import functools
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cnnlessons import __version__

ABSENT = "import sys; sys.modules['cnnlessons'] = None\n"
# pty.spawn gives the cell a terminal, where git would ask for a login.
IN_TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn([sys.executable, '-c', sys.argv[1]])))"
STUB = """import os, sys
with open(os.environ["CALLS"], "a") as file:
    print(os.environ["GIT_TERMINAL_PROMPT"], *sys.argv[1:], file=file)
sys.exit(not sys.argv[-1].startswith(os.environ["GOOD"]))
"""


def run(code, *before, **environment):
    """The finished process that ran this code."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = [sys.executable, *(before or ["-c"]), code]
    return subprocess.run(
        command, env=inherited | environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
    )


def test_it_is_short(install):
    lines = install.splitlines()
    assert len(lines) <= 12
    assert max(map(len, lines)) <= 76


def test_where_the_package_is_nothing_is_started(install, root):
    done = run(f"import subprocess; subprocess.call = None\n{install}", PYTHONPATH=str(root / "src"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("good", "tried", "status"),
    [("https://", ["https"], 0), ("git+", ["https", "git+https"], 0), ("nothing", ["https", "git+https"], 1)],
)
def test_site_then_git_then_a_sentence(install, tmp_path, good, tried, status):
    (tmp_path / "pip").mkdir()
    (tmp_path / "pip/__init__.py").touch()
    (tmp_path / "pip/__main__.py").write_text(STUB, encoding="utf-8")
    done = run(ABSENT + install, PYTHONPATH=str(tmp_path), CALLS=str(tmp_path / "calls"), GOOD=good)
    calls = [line.split() for line in (tmp_path / "calls").read_text(encoding="utf-8").splitlines()]
    assert [call[-1].partition("://")[0] for call in calls] == tried
    assert all(call[0] == "0" and call[1] == "install" and "--no-input" in call for call in calls)
    assert calls[0][-1].endswith(f"/cnnlessons-{__version__}-py3-none-any.whl")
    assert done.returncode == status
    assert len(done.stderr.splitlines()) == status
    if status:
        assert "internet" in done.stderr and f"pip install {calls[0][-1]}" in done.stderr


@pytest.fixture
def serve():
    """serve(handler): the address of a server on this machine."""
    running = []

    def start(handler):
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield start
    for server, thread in running:
        server.shutdown()
        server.server_close()
        thread.join()


def elsewhere(install, address):
    """The cell with both places moved to this address."""
    site, git = (line for line in install.splitlines() if "https://" in line)
    return install.replace(site, f"    site = '{address}'").replace(git, f"    git = 'git+{address}book'")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


class Login(BaseHTTPRequestHandler):
    """GitHub's answer for a repository that is missing or private."""

    def do_GET(self):
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="GitHub"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


def test_pip_takes_the_wheel_from_the_site(install, serve, tmp_path):
    name = f"cnnlessons-{__version__}"
    with zipfile.ZipFile(tmp_path / f"{name}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("cnnlessons/__init__.py", "")
        about = {"METADATA": f"Metadata-Version: 2.1\nName: cnnlessons\nVersion: {__version__}\n"}
        about |= {
            "WHEEL": "Wheel-Version: 1.0\nGenerator: us\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            "RECORD": "",
        }
        for file, text in about.items():
            wheel.writestr(f"{name}.dist-info/{file}", text)
    site = serve(functools.partial(Quiet, directory=tmp_path))
    done = run(ABSENT + elsewhere(install, site), PIP_TARGET=str(tmp_path / "there"))
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "there/cnnlessons/__init__.py").exists()


@pytest.mark.skipif(sys.platform == "win32" or not shutil.which("git"), reason="needs git and a pseudo-terminal")
def test_nobody_is_asked_for_a_login(install, serve, tmp_path):
    done = run(ABSENT + elsewhere(install, serve(Login)), "-c", IN_TERMINAL, HOME=str(tmp_path))
    assert done.returncode == 1
    assert "Username" not in done.stdout and "Traceback" not in done.stdout
    assert "Switch the internet on" in done.stdout
