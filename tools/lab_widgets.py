"""Operate every widget in Jupyter with a live kernel, as a reader does: by pointer, by keyboard, and from Python.

python tools/lab_widgets.py               all widgets: JupyterLab of requirements/lab.txt, and classic Notebook with
                                          the versions of tests/package/colab.txt (ipywidgets 7.7.1), as on Colab
python tools/lab_widgets.py lab Train …   one of the two (lab, colab), some widgets

Makes _build/widgets/lab and _build/widgets/colab: small environments on top of the one this runs in (make setup).
For each widget: it appears; a pointer and a keyboard operation change its traits in Python; a change from Python
changes the view; no console error, no request to another host. Prints a line per widget, and keeps a picture of each
beside the environments. Not part of `make test`.
"""

import contextlib
import json
import os
import re
import site
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
from chromium import WANTED, found, running
from playwright.sync_api import Error as Refused
from playwright.sync_api import Locator, Page

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests/browser"))

from operations import OPERATIONS, SEEN  # noqa: E402

from cnnlessons.widgets import sphinx_ext  # noqa: E402

# Of what Colab has, the part that shows widgets; the rest comes from the environment below.
OF_COLAB = (
    *("anywidget", "debugpy", "decorator", "ipykernel", "ipython-genutils", "ipython", "ipywidgets", "jupyter_client"),
    *("jupyter_core", "jupyterlab_widgets", "matplotlib-inline", "nbformat", "notebook", "prompt_toolkit", "psygnal"),
    *("pyzmq", "tornado", "traitlets", "widgetsnbextension"),
)
WAIT = 60  # seconds for what a busy machine does late
# execute(code): runs it in the kernel of the notebook that is shown; gives what it printed.
IN_LAB = """(code) => new Promise((done) => {
    const future = jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code });
    let said = '';
    future.onIOPub = ({ content }) => { said += content.text ?? content.evalue ?? ''; };
    future.done.then(() => done(said));
})"""
# A word at the end says that all was printed: this kernel's reply may come before its output.
IN_NOTEBOOK = """(code) => new Promise((done) => {
    let said = '';
    const output = ({ content }) => {
        said += content.text ?? content.evalue ?? '';
        if (content.evalue || said.endsWith('that was all\\n')) done(said.replace('that was all\\n', ''));
    };
    Jupyter.notebook.kernel.execute(`${code}\\nprint('that was all')`, { iopub: { output } });
})"""
DOORS = {
    "lab": {
        "module": "jupyterlab",
        "path": "lab/workspaces/{name}/tree/{name}.ipynb",
        "options": ["--LabApp.expose_app_in_browser=True", "--ServerApp.token=", "--ServerApp.password="],
        "ready": "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
        "run": "jupyterapp.commands.execute('notebook:run-all-cells').then(() => null)",
        "execute": IN_LAB,
    },
    "colab": {
        "module": "notebook",
        "path": "notebooks/{name}.ipynb",
        "options": ["--NotebookApp.token=", "--NotebookApp.password="],
        "ready": "window.Jupyter?.notebook?.kernel?.widget_manager && Jupyter.notebook.kernel.is_connected()",
        "run": "Jupyter.notebook.execute_all_cells()",
        "execute": IN_NOTEBOOK,
    },
}
# The traits that a view and Python share and that may change, and a word for the value of each.
TRAITS = """import json as _json
_shared = [n for n in w.keys if not n.startswith('_') and not w.trait_metadata(n, 'constant')
           and w.trait_metadata(n, 'asset') is None and n not in ('layout', 'tabbable', 'tooltip')]
print('traits', _json.dumps({n: str(hash(repr(getattr(w, n)))) for n in _shared}))"""


def environment(door: str) -> Path:
    """The Python of an environment on top of this one, with what the door needs; made where there is none."""
    folder = ROOT / "_build/widgets" / door
    pins = (ROOT / "tests/package/colab.txt").read_text(encoding="utf-8")
    of_lab = (ROOT / "requirements/lab.txt").read_text(encoding="utf-8")
    wanted = {
        "lab": re.findall(r"^jupyterlab==.*", of_lab, re.MULTILINE),
        "colab": [line for line in pins.splitlines() if line.partition("==")[0] in OF_COLAB],
    }[door]
    python, made = folder / "bin/python", folder / "made-of.txt"
    if not made.exists() or made.read_text(encoding="utf-8") != "\n".join(wanted):
        print(f"Make {folder.relative_to(ROOT)} …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        [packages] = folder.glob("lib/python*/site-packages")
        (packages / "below.pth").write_text("\n".join(site.getsitepackages()))
        pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "-qqq"]
        subprocess.run([*pip, *wanted, "setuptools<81"], check=True)  # Notebook 6 asks it for pkg_resources
        made.write_text("\n".join(wanted), encoding="utf-8")
    return python


def free_port() -> int:
    """One that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextlib.contextmanager
def served(door: str, python: Path, folder: Path) -> Iterator[str]:
    """The address of a Jupyter server on that folder, with no settings but ours."""
    (folder / "config/labconfig").mkdir(parents=True)
    quiet = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    (folder / "config/labconfig/page_config.json").write_text(json.dumps(quiet))
    places = {f"JUPYTER_{name.upper()}_DIR": str(folder / name) for name in ("config", "data", "runtime")}
    places |= {"PYTHONPATH": str(ROOT / "src"), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    if door == "lab":
        places["JUPYTER_PATH"] = str(Path(sys.prefix, "share/jupyter"))  # there lies the front end of ipywidgets
    options = [*DOORS[door]["options"], "--no-browser", f"--port={free_port()}"]
    options += ["--allow-root"] if os.geteuid() == 0 else []
    (folder / "work").mkdir()
    settings = folder / "settings/@jupyterlab/notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')  # all stays attached
    places["JUPYTERLAB_SETTINGS_DIR"] = str(folder / "settings")
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            [python, "-m", DOORS[door]["module"], *options],
            cwd=folder / "work",
            env={**os.environ, **places},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            address = re.compile(r"https?://(?:localhost|127\.0\.0\.1):\d+/")
            for _ in range(10 * WAIT):
                if at := address.search((folder / "log.txt").read_text()):
                    break
                time.sleep(0.1)
            else:
                sys.exit(f"the server of {door} does not start:\n{(folder / 'log.txt').read_text()[-2000:]}")
            yield at[0]
        finally:
            process.terminate()
            process.wait(20)


def until(what: Callable[[], object], words: str) -> object:
    """What it gives, once that is something. Raises AssertionError."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        if value := what():
            return value
        time.sleep(0.2)
    raise AssertionError(words)


def operated(page: Page, door: str, root: Locator, folder: str) -> None:
    """Operate the widget each way. Raises AssertionError with what did not happen."""
    assert folder in OPERATIONS, "operations.py does not say how it is operated"
    operation = OPERATIONS[folder]

    def execute(code: str) -> str:
        return page.evaluate(DOORS[door]["execute"], code)

    def traits() -> dict[str, str]:
        said = execute(TRAITS)
        assert "traits {" in said, f"the kernel says: {said}"
        return json.loads(said.partition("traits ")[2])

    for way, act, trait in zip(
        ("pointer", "keyboard"), (operation.pointer, operation.keyboard), operation.traits, strict=True
    ):
        before, seen = traits()[trait], root.evaluate(SEEN)
        act(root)
        until(
            lambda before=before, trait=trait: traits()[trait] != before, f"the {way} does not change {trait} in Python"
        )
        until(lambda seen=seen: root.evaluate(SEEN) != seen, f"the view does not show what the {way} did")
    assert not root.evaluate(f"(root) => {operation.follows}"), f"{operation.python} would change nothing in the view"
    said = execute(operation.python)
    assert not said.strip(), f"{operation.python}: {said}"
    until(
        lambda: root.evaluate(f"(root) => {operation.follows}"), f"the view does not follow Python ({operation.python})"
    )


def checked(browser, door: str, base: str, work: Path, name: str, folder: str, picture: Path) -> str:
    """'ok', or what is wrong with the widget behind that door."""
    cell = nbformat.v4.new_code_cell(f"from cnnlessons import widgets\nw = widgets.{name}()\nw")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, work / f"{name}.ipynb")
    context = browser.new_context(viewport={"width": 1280, "height": 1600})
    context.set_default_timeout(1000 * WAIT)
    page, wrong = context.new_page(), []

    def only_here(route):
        if urlsplit(route.request.url).hostname in ("localhost", "127.0.0.1"):
            return route.continue_()
        wrong.append(f"a request to {route.request.url}")
        route.abort()

    context.route("http*://**", only_here)
    try:
        page.goto(base + DOORS[door]["path"].format(name=name))
        page.wait_for_function(DOORS[door]["ready"])
        page.wait_for_timeout(2000)  # Notebook 6 draws anew what its part of ipywidgets finds when it comes
        # what the door itself says before is not the widget's
        page.on("console", lambda m: wrong.append(f"{m.text} ({m.location['url']})") if m.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.evaluate(DOORS[door]["run"])
        root = page.locator(".cnnlessons").first
        root.wait_for()
        page.wait_for_timeout(500)
        operated(page, door, root, folder)
    except (AssertionError, Refused) as error:
        wrong.insert(0, str(error).splitlines()[0])
    page.screenshot(path=picture)
    context.close()
    return "; ".join(wrong) or "ok"


def main(words: list[str]) -> int:
    """Check these widgets behind these doors, or all."""
    path = found()
    if path is None:
        sys.exit(f"No browser: {WANTED}.")
    classes = {one.__name__: folder for folder, one in sphinx_ext.classes().items()}
    if odd := [word for word in words if word not in {*DOORS, *classes}]:
        sys.exit(f"{odd[0]} is none of {', '.join([*DOORS, *classes])}")
    failed = 0
    for door in [word for word in DOORS if word in words] or DOORS:
        python = environment(door)
        tell = "from importlib.metadata import version as v; print(*(f'{n} {v(n)}' for n in sys.argv[1:]), sep=', ')"
        names = (DOORS[door]["module"], "ipywidgets", "anywidget", "ipython")
        said = subprocess.check_output([python, "-c", f"import sys; {tell}", *names], text=True)
        print(said.strip(), flush=True)
        with (
            tempfile.TemporaryDirectory() as scratch,
            running(path) as browser,
            served(door, python, Path(scratch)) as base,
        ):
            for name in [word for word in classes if word in words] or classes:
                picture = ROOT / f"_build/widgets/{door}-{name}.png"
                said = checked(browser, door, base, Path(scratch, "work"), name, classes[name], picture)
                failed += said != "ok"
                print(f"  {name:16} {said}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
