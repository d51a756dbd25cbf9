"""Re-run notebooks in place; a re-run that changes nothing leaves no difference behind.

python tools/execute.py book/lenet/five-lenets.ipynb …
"""

import base64
import configparser
import io
import os
import re
import sys
import time
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from PIL import Image

ROOT = Path(__file__).parents[1]
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python", "pygments_lexer": "ipython3"}
KEPT_IN_CELLS = ("tags", "mystnb", "claims")
# A widget's view names a live model, which no reader's page has.
LIVE_ONLY = "application/vnd.jupyter.widget-view+json"


class NotebookError(Exception):
    """A notebook that cannot be stored as it is; the message says why."""


def sanitizers(path=ROOT / "tests/nbval.cfg"):
    """The (pattern, replacement) pairs by which nbval forgives a difference."""
    config = configparser.ConfigParser()
    config.read(path)
    return [(re.compile(config[name]["regex"]), config[name]["replace"]) for name in config.sections()]


def pixels(png):
    """The image inside a png, its bytes or their base64 text, as an array (H, W, 4)."""
    with Image.open(io.BytesIO(base64.b64decode(png) if isinstance(png, str) else png)) as image:
        return np.asarray(image.convert("RGBA"))


def alike(one, other, tolerance=0):
    """Whether two pngs show the same.

    With a `tolerance`, the mean difference of 0 … 255 that is forgiven, another version of matplotlib or FreeType may
    have written the letters: then sizes may differ by a fiftieth too.
    """
    a, b = pixels(one), pixels(other)
    if tolerance and np.allclose(a.shape, b.shape, rtol=0.02, atol=0):
        b = np.asarray(Image.fromarray(b).resize(a.shape[1::-1]))
    return a.shape == b.shape and float(np.abs(a.astype(float) - b).mean()) <= tolerance


def content(output):
    """What an output shows, kind → text."""
    if output.output_type == "stream":
        return {"text": output.text}
    if output.output_type == "error":
        return {"name": output.ename, "message": output.evalue}
    return output.data


def same(old, new, forgive):
    """Would a reader see no difference between these two outputs?"""
    old_content, new_content = content(old), content(new)
    if old.output_type != new.output_type or old_content.keys() != new_content.keys():
        return False
    for kind, before in old_content.items():
        after = new_content[kind]
        if kind == "image/png":
            if not alike(before, after):
                return False
            continue
        if isinstance(before, str):
            for pattern, replacement in forgive:
                before, after = pattern.sub(replacement, before), pattern.sub(replacement, after)
        if before != after:
            return False
    return True


def tidy(outputs, where):
    """Outputs in one canonical form: streams joined, no live-only views, no counters."""
    tidied = []
    for output in outputs:
        if output.output_type == "stream":
            if output.name == "stderr":
                raise NotebookError(f"{where} writes to stderr, which has no place on a page:\n{output.text}")
            if tidied and tidied[-1].output_type == "stream":
                tidied[-1].text += output.text
                continue
        elif output.output_type == "error":
            # An error that the lesson wants: its sentence, without the files of this machine.
            output.traceback = [f"{output.ename}: {output.evalue}"]
        else:
            output.data.pop(LIVE_ONLY, None)
            output.metadata = {}
            if not output.data:
                continue
        tidied.append(output)
    return tidied


def normalise(notebook, stored, forgive, where="the notebook"):
    """Bring `notebook` into the form we commit, keeping of `stored` every output that stays the same."""
    notebook.metadata = {
        "kernelspec": KERNEL,
        "language_info": LANGUAGE,
        **{key: notebook.metadata[key] for key in ("mystnb",) if key in notebook.metadata},
    }
    before = {cell.id: cell for cell in stored.cells}
    count = 0
    for cell in notebook.cells:
        cell.metadata = {key: cell.metadata[key] for key in KEPT_IN_CELLS if key in cell.metadata}
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        cell.outputs = tidy(cell.outputs, f"{where}, cell [{count}]")
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
        for old, new in zip(before[cell.id].get("outputs", []), cell.outputs, strict=False):
            if same(old, new, forgive):
                new.update({key: old[key] for key in ("data", "text") if key in old})
    return notebook


def read(path):
    """The notebook, in nbformat 4.5 and with an id on each cell."""
    notebook = nbformat.read(path, as_version=4)
    notebook.nbformat_minor = 5
    seen = set()
    for n, cell in enumerate(notebook.cells):
        if cell.get("id", "") in seen | {""}:
            cell["id"] = f"cell-{n:03d}"
        seen.add(cell["id"])
    return notebook


def execute(path):
    """Run one notebook from top to bottom and store what came out."""
    stored, notebook = read(path), read(path)
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type != "code" or cell.source.strip()]
    where = {"metadata": {"path": path.parent}}
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources=where)
    try:
        client.execute()
    except CellExecutionError as error:
        raise NotebookError(f"{path} stopped:\n{error}") from error
    nbformat.validate(notebook)
    nbformat.write(normalise(notebook, stored, sanitizers(), path), path)


def main(paths):
    """Execute every path; a failure leaves that notebook as it was."""
    os.environ["TQDM_DISABLE"] = "1"
    os.environ.pop("MPLBACKEND", None)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as `make` sets it
    failed = 0
    for path in map(Path, paths):
        start = time.perf_counter()
        print(f"{path}: ", end="", flush=True)
        try:
            execute(path)
        except NotebookError as error:
            failed += 1
            print("FAILED", error, sep="\n")
        else:
            print(f"{time.perf_counter() - start:.0f} s")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
