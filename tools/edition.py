"""The reader's edition of the notebooks: what opens in JupyterLab, Colab, Kaggle, Binder and as a download.

python tools/edition.py lab          writes _build/lab, for `make lab`; notebooks that the reader has changed stay
python tools/edition.py published    writes _build/html/notebooks, beside the pages, _build/html/instructors, the same
                                     with solutions and what mistakes show, and _build/notebooks, the branch
                                     `notebooks` that Colab, Kaggle and Binder open

An edition has no outputs and no cells tagged `check`; the cell that installs the package comes first, the closed box on
the study notes last, as on the site; below each exercise is a cell to answer it. In the published edition links lead to
the site, because no other lesson lies beside it and each host names headings in its own way; in the folder of `make
lab` they stay relative, with JupyterLab's names of headings.
"""

import hashlib
import json
import os
import re
import shutil
import sys
from pathlib import Path

import address

from cnnlessons.claims.anchors import SELF, headings, slug, title
from cnnlessons.claims.page import statements
from cnnlessons.exercises import text as exercises

ROOT = Path(__file__).parents[1]
INSTALL = (
    "Run this cell first: it installs the book's small package where it is missing, and does nothing where it is there."
)
KEPT_IN_NOTEBOOK = ("kernelspec", "language_info")
WRITTEN = ".edition.json"  # in the folder of `make lab`: what was written, path → digest
# The target of a link or image in Markdown, and in HTML; what stands in code is no link.
TARGETS = re.compile(r'(?P<before>\]\(|\b(?:href|src)=")(?P<to>[^)\s"]+)(?=[)\s"])')
CODE = re.compile(r"(^(?P<fence>`{3,}|~{3,}).*?^(?P=fence)\s*?$|(?P<tick>`+)[^`]+(?P=tick))", re.MULTILINE | re.DOTALL)
BRANCH_README = """\
# The notebooks of [CNN Lessons]({site})

Written by a workflow from <https://github.com/{owner}/{repo}> at each change; changes made here are lost.
"""


def site(root):
    """The address of the site, with a slash at its end."""
    owner, repo = address.decided(root)
    return f"https://{owner}.github.io/{repo}/"


def sources(root):
    """The notebooks of the book, by part and name."""
    return sorted(root.glob("book/*/*.ipynb"))


def outside(to):
    """Whether a link is absolute already."""
    return bool(re.match(r"[a-z][\w+.-]*:|/", to, re.IGNORECASE))


def on_site(to, source, root):
    """The absolute address of what a notebook's link leads to."""
    path, hash, anchor = to.partition("#")
    if outside(to):
        return to
    path = path or source.name
    place = os.path.relpath(os.path.normpath(source.parent / path), root).replace(os.sep, "/")
    if place.startswith("book/_static/"):
        place = place.removeprefix("book/")
    elif place.startswith("book/"):
        place = re.sub(r"\.(ipynb|md)$", ".html", place)
    elif (root / place).exists():
        owner, repo = address.decided(root)
        return f"https://github.com/{owner}/{repo}/blob/main/{place}{hash}{anchor}"
    return f"{site(root)}{place}{hash}{anchor}"


def in_folder(to, source, root):
    """A relative link with the name that JupyterLab gives the heading it leads to."""
    path, _, anchor = to.partition("#")
    target = source.parent / path if path else source
    if outside(to) or not anchor or target.suffix != ".ipynb" or not target.exists():
        return to
    cells = json.loads(target.read_text(encoding="utf-8"))["cells"]
    prose = "\n\n".join("".join(one["source"]) for one in cells if one["cell_type"] == "markdown")
    for name, heading in [(slug(title(cells)), title(cells)), *(found[1:] for found in headings(prose))]:
        if name == anchor:
            return f"{path}#{re.sub(r'[`*]', '', heading).replace(' ', '-')}"
    return to


WHERE = {"site": on_site, "folder": in_folder}


def with_links(markdown, source, root, links):
    """The text with each link and image as `links` says, but for those in code."""
    parts, at = [], 0

    def put(text):
        return TARGETS.sub(lambda link: link["before"] + WHERE[links](link["to"], source, root), text)

    for code in CODE.finditer(markdown):
        parts += [put(markdown[at : code.start()]), code[0]]
        at = code.end()
    return "".join([*parts, put(markdown[at:])])


def cell(one, **other):
    """A cell as a reader gets it: its source, and nothing that a run left."""
    code = {"execution_count": None, "outputs": []} if one["cell_type"] == "code" else {}
    return {"cell_type": one["cell_type"], "id": one["id"], "metadata": {}, "source": one["source"]} | code | other


def practice(one, lesson, instructor):
    """The cell with a lesson's exercises as several: each question with a cell to answer it."""
    made = exercises.cells(lesson, instructor=instructor) if exercises.of(lesson) else [cell(one)]
    return [one | {"source": "".join(one["source"])} for one in made]


def edition(source, root=ROOT, links="site", *, instructor=False):
    """A notebook's edition for readers, or with solutions for an instructor, as the dictionary that a file holds.

    `links` is "site" where the notebook travels alone, "folder" where the others lie beside it.
    """
    notebook = json.loads(source.read_text(encoding="utf-8"))
    first, rest = [], []
    for one in notebook["cells"]:
        tags = one["metadata"].get("tags", [])
        if "check" in tags:
            continue
        lesson = f"{source.parent.name}/{source.stem}"
        asked = one["id"] == exercises.PLACE
        for made in practice(one, lesson, instructor) if asked else [cell(one, source="".join(one["source"]))]:
            if one["cell_type"] == "markdown":
                made["source"] = with_links(made["source"], source, root, links)
            (first if "install" in tags else rest).append(made)
    if first:
        note = {"cell_type": "markdown", "id": "install-note", "metadata": {}, "source": INSTALL}
        first.insert(0, note)
    if box := statements(notebook["cells"], f"{site(root)}{SELF}.html", source.stem):
        rest.append({"cell_type": "markdown", "id": "study-notes", "metadata": {}, "source": box})
    for one in (cells := [*first, *rest]):
        one["source"] = one["source"].splitlines(keepends=True)
    kept = {name: value for name, value in notebook["metadata"].items() if name in KEPT_IN_NOTEBOOK}
    return {"cells": cells, "metadata": kept, "nbformat": 4, "nbformat_minor": 5}


def as_bytes(notebook):
    """How a file holds it."""
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def editions(root, links, **options):
    """PART/NAME.ipynb → bytes, of all notebooks."""
    return {
        source.relative_to(root / "book").as_posix(): as_bytes(edition(source, root, links, **options))
        for source in sources(root)
    }


def write(folder, files):
    """Put the files into the folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def digest(content):
    """Of a file; of a notebook only what its cells say: opening or running one in JupyterLab changes the rest."""
    try:
        cells = json.loads(content)["cells"]
        content = json.dumps([(one["cell_type"], "".join(one["source"])) for one in cells]).encode()
    except (ValueError, KeyError, TypeError):
        pass  # no notebook: its bytes count
    return hashlib.sha256(content).hexdigest()


def renew(folder, files):
    """Put the files into a folder of the reader's; returns the names of those that he has changed, which stay.

    What he has not changed is replaced where the book has changed, and removed where the book no longer has it.
    """
    record = folder / WRITTEN
    written = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    new = {name: digest(content) for name, content in files.items()}
    kept = []
    for name in sorted(written.keys() | new.keys()):
        path = folder / name
        now = digest(path.read_bytes()) if path.exists() else None
        if now is not None and now not in (written.get(name), new.get(name)):
            kept.append(name)
        elif name not in new:
            path.unlink(missing_ok=True)
        elif now != new[name]:
            write(folder, {name: files[name]})
    folder.mkdir(parents=True, exist_ok=True)
    # of a notebook that stays, the digest of what was written stays too, so that it is known as changed next time
    record.write_text(json.dumps(new | {name: written.get(name, "") for name in kept}, indent=1), encoding="utf-8")
    return kept


def lab(root, folder):
    """Write the folder that `make lab` opens: all notebooks, and the pages and images they lead to."""
    beside = [root / "book/glossary.md", *sorted((root / "book/_static").glob("*.png"))]
    files = editions(root, "folder")
    files |= {path.relative_to(root / "book").as_posix(): path.read_bytes() for path in beside}
    kept = renew(folder, files)
    if kept:
        print(f"Kept as you changed them, and not renewed: {', '.join(kept)} (delete one to get the book's again).")


def published(root, pages, instructors, branch):
    """Write the notebooks beside the pages, those with solutions, and the branch: readers' and what Binder installs."""
    files = editions(root, "site")
    owner, repo = address.decided(root)
    extra = {
        "README.md": BRANCH_README.format(site=site(root), owner=owner, repo=repo).encode(),
        ".binder/constraints.txt": (root / "requirements.txt").read_bytes(),
        ".binder/requirements.txt": binder(root).encode(),
        **{f".binder/{name}": (root / ".binder" / name).read_bytes() for name in ("runtime.txt", "start")},
    }
    solved = editions(root, "site", instructor=True)
    for folder, content in ((pages, files), (instructors, solved), (branch, files | extra)):
        shutil.rmtree(folder, ignore_errors=True)
        write(folder, content)
    (branch / ".binder/start").chmod(0o755)


def binder(root):
    """What Binder installs for the branch, where there is no package beside the notebooks but a wheel on the site."""
    text = (root / ".binder/requirements.txt").read_text(encoding="utf-8")
    wheel = f"cnnlessons @ {site(root)}{address.wheel(root)}"
    return text.replace("--constraint ../requirements.txt", "--constraint constraints.txt").replace(
        "--editable .", wheel
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["lab"]:
            lab(ROOT, ROOT / "_build/lab")
        case ["published"]:
            html = ROOT / "_build/html"
            published(ROOT, html / "notebooks", html / "instructors", ROOT / "_build/notebooks")
        case _:
            sys.exit("python tools/edition.py lab, or published")
