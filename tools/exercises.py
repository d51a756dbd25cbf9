"""Write what is made of the exercises: a lesson's section *Try it*, and book/exercises.json, what pages grade by.

python tools/exercises.py            after a change in src/cnnlessons/exercises/lessons
"""

import json
import re
from pathlib import Path

from cnnlessons.exercises import EXERCISES, expected
from cnnlessons.exercises.text import HEADING, PLACE, markdown, of, try_it

ROOT = Path(__file__).parents[1]
ANSWERS = ROOT / "book/exercises.json"


def answers():
    """The text of book/exercises.json: id → the answer as the page wants it, of numbers and choices."""
    kept = {id: found.as_dict() for id, exercise in EXERCISES.items() if (found := expected(exercise))}
    for one in kept.values():  # the page shows plain text
        one["slips"] = [[value, re.sub(r"[`*]", "", hint)] for value, hint in one["slips"]]
    return json.dumps(kept, indent=1, ensure_ascii=False) + "\n"


def renewed(cells, lesson):
    """A notebook's cells with the section as the exercises have it, in a cell of its own."""
    made = []
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] != "markdown" or not re.search(rf"^{HEADING}$", source, re.MULTILINE):
            made.append(cell)
            continue
        before, rest = re.split(rf"^{HEADING}$", source, maxsplit=1, flags=re.MULTILINE)
        after = re.search(r"^## .*", rest, re.MULTILINE | re.DOTALL)
        name = "rest-of-" + cell["id"] if cell["id"] == PLACE else cell["id"]
        parts = {name: before, PLACE: try_it(lesson), f"{name}-rest": after[0] if after else ""}
        kept = [(id, text.strip()) for id, text in parts.items() if text.strip()]
        for n, (id, text) in enumerate(kept):  # the cell's own metadata stays with its first part
            made.append(markdown(id, text.splitlines(keepends=True), **({} if n else cell["metadata"])))
    return made


def main():
    """Write what has changed, and say which."""
    files = {ANSWERS: answers()}
    for path in sorted(ROOT.glob("book/*/*.ipynb")):
        lesson = f"{path.parent.name}/{path.stem}"
        if of(lesson):
            notebook = json.loads(path.read_text(encoding="utf-8"))
            notebook["cells"] = renewed(notebook["cells"], lesson)
            files[path] = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    for path, text in files.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
