"""Run every lesson as a reader on Colab does: Colab's versions, the package from a wheel, the published edition.

python tools/colab.py                       all lessons
python tools/colab.py lenet/lenet5-1998 …   some

Makes _build/colab: an environment with the versions of tests/package/colab.txt (5 GB) and Colab's Python, or PYTHON=…,
in which the wheel must replace nothing. Each edition runs from start to end, in one kernel, from an empty folder.
Prints a line per lesson: its seconds, and ok or what its first failing cell says. Not part of `make test`.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import edition
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

ROOT = edition.ROOT
PINS = ROOT / "tests/package/colab.txt"
CELL = 600  # seconds that one cell may take
HIDDEN = ("PYTHONPATH", "CNNLESSONS_DATA", "CNNLESSONS_CACHE", "MPLBACKEND", "VIRTUAL_ENV")


def python_of_colab():
    """PYTHON, or the newest Python here that is not newer than Colab's; says so where it is another."""
    wanted = re.search(r"^# python==(\d+)\.(\d+)", PINS.read_text(encoding="utf-8"), re.MULTILINE).groups()
    names = [f"python{wanted[0]}.{minor}" for minor in range(int(wanted[1]), 10, -1)]
    for name in [os.environ["PYTHON"]] if "PYTHON" in os.environ else names:
        if shutil.which(name) and subprocess.run([name, "-c", ""], capture_output=True).returncode == 0:
            said = subprocess.run([name, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
            if said.split(".")[:2] != list(wanted):
                print(f"Colab has Python {'.'.join(wanted)}; this is {said}.")
            return name
    sys.exit(f"no {names[0]} here, nor an older one from 3.11 on; say PYTHON=/path/to/{names[0]}")


def pip(python, *arguments):
    """Run pip of that environment, and return what it prints."""
    command = [python, "-m", "pip", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout


def environment(folder):
    """The Python of an environment with Colab's versions, made where there is none or the versions have changed."""
    python, made = folder / "bin/python", folder / "made-of.txt"
    pins = PINS.read_text(encoding="utf-8")
    if not made.exists() or made.read_text(encoding="utf-8") != pins:
        print(f"Make {folder.relative_to(ROOT)} with Colab's versions …", flush=True)
        subprocess.run([python_of_colab(), "-m", "venv", "--clear", folder], check=True)
        if index := os.environ.get("TORCH_INDEX"):
            torch = re.findall(r"^torch(?:vision)?==.*", pins, re.MULTILINE)
            pip(python, "install", "-qqq", "--index-url", index, "--no-deps", *torch)
        pip(python, "install", "-qqq", "--requirement", PINS)
        made.write_text(pins, encoding="utf-8")
    return python


def install_wheel(python, folder):
    """Build the wheel and install it as the first cell of a notebook does; it may replace nothing."""
    shutil.rmtree(folder, ignore_errors=True)
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(build, check=True, cwd=ROOT, capture_output=True)
    pip(python, "uninstall", "-qqq", "--yes", "cnnlessons")
    before = set(pip(python, "freeze").splitlines())
    [wheel] = folder.glob("*.whl")
    pip(python, "install", "-qqq", wheel)
    if replaced := sorted(before - set(pip(python, "freeze").splitlines())):
        sys.exit(f"The wheel replaces what Colab has: {', '.join(replaced)}")


def kernelspec(python, folder):
    """Put a kernel named colab, of that Python, into the folder and before all others."""
    there = folder / "kernels/colab"
    there.mkdir(parents=True)
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    there.joinpath("kernel.json").write_text(json.dumps({"argv": argv, "display_name": "Colab", "language": "python"}))
    os.environ |= {"JUPYTER_PATH": str(folder), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}  # its debugger warns of 3.13


def first_line(cell):
    """Of a cell's source."""
    return cell.source.strip().partition("\n")[0]


def run(notebook, folder):
    """What becomes of a notebook that runs in that folder: "ok", or what its first failing cell says."""
    client = NotebookClient(notebook, kernel_name="colab", timeout=CELL, resources={"metadata": {"path": str(folder)}})
    try:
        asyncio.run(client.async_execute())
    except CellExecutionError as error:
        cell = next(one for one in notebook.cells if any(out.output_type == "error" for out in one.get("outputs", ())))
        return f"{error.ename}: {error.evalue}".splitlines()[0] + f"  (in the cell that begins {first_line(cell)!r})"
    except CellTimeoutError:
        return f"a cell took more than {CELL} s"
    except DeadKernelError:
        return "the kernel died"
    return "ok"


def main(names):
    """Run the lessons of these names, or all."""
    wanted = [edition.ROOT / f"book/{name.removesuffix('.ipynb')}.ipynb" for name in names] or edition.sources(ROOT)
    if missing := [str(path.relative_to(ROOT)) for path in wanted if not path.exists()]:
        sys.exit(f"there is no {', '.join(missing)}")
    python = environment(ROOT / "_build/colab/venv")
    install_wheel(python, ROOT / "_build/colab/wheel")
    for name in HIDDEN:
        os.environ.pop(name, None)
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        kernelspec(python, Path(scratch, "jupyter"))
        os.environ["CNNLESSONS_CACHE"] = str(Path(scratch, "cache"))  # nothing that was downloaded before
        for source in wanted:
            empty = Path(tempfile.mkdtemp(dir=scratch))
            notebook = nbformat.from_dict(edition.edition(source, ROOT))
            for cell in notebook.cells:
                cell.source = "".join(cell.source)
            start = time.perf_counter()
            said = run(notebook, empty)
            failed += said != "ok"
            name = source.relative_to(ROOT / "book").with_suffix("")
            print(f"{name!s:32} {time.perf_counter() - start:5.0f} s  {said}", flush=True)
    print(f"{len(wanted) - failed} of {len(wanted)} lessons run with Colab's versions.")
    return failed


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
