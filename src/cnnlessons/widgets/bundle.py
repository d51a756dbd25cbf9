"""ES modules joined into one: anywidget, a page opened as a file and a worker all need a module without imports."""

import re
from pathlib import Path

IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const)\b\*? ?(\w+))", re.MULTILINE)
COMMENT = re.compile(r"^ *(?://.*|/\*\*(?:[^*]|\*(?!/))*\*/)\n", re.MULTILINE)  # with its lines to itself
SPARE = re.compile(r"^[ \t]+|^\n", re.MULTILINE)  # only readers of the source need it
NAME = re.compile(r"^export (?:async )?(?:function\*?|class|const) (\w+)", re.MULTILINE)


def bundle(path: Path) -> str:
    """The module at `path` with everything that it imports, directly or not, each module in a scope of its own.

    Indentation and comments are left out: a text in backticks stays on one line, or would lose its own.
    Imports stand one to a line, by name, from a relative file: `import { h, svg } from "../ui.js";`. What an imported
    module shows is a function, a class or a constant: `export const h = …`. The exports of `path` itself stay.
    Raises `ValueError` for an import in another form, for a name that is not there, and for a circle.
    """
    parts: list[str] = []
    places: dict[Path, str] = {}
    own = _joined(path.resolve(), parts, places, ())
    return SPARE.sub("", "\n".join([*parts, own]))


def _joined(path: Path, parts: list[str], places: dict[Path, str], above: tuple[Path, ...]) -> str:
    """The text of a module whose imports take from `places`; the modules it needs are added to `parts` first."""
    text = COMMENT.sub("", path.read_text(encoding="utf-8"))  # who reads the source finds them there

    def taken(found: re.Match[str]) -> str:
        names, other = [name.strip() for name in found[1].split(",")], (path.parent / found[2]).resolve()
        if other in above or other == path:
            raise ValueError(f"{path.name}: imports go round in a circle by way of {other.name}")
        if not other.is_file():
            raise ValueError(f"{path.name}: there is no {found[2]}")
        shown = NAME.findall(other.read_text(encoding="utf-8"))
        if lacking := [name for name in names if name not in shown]:
            raise ValueError(f"{path.name}: {other.name} exports no {lacking[0]}, only {', '.join(shown)}")
        if other not in places:
            inner = EXPORT.sub("", _joined(other, parts, places, (*above, path)))
            places[other] = f"module{len(places)}"
            faces = ", ".join(shown)
            parts.append(f"const {places[other]} = (() => {{\n{inner}\nreturn {{ {faces} }};\n}})();")
        return f"const {{ {', '.join(names)} }} = {places[other]};\n"

    joined = IMPORT.sub(taken, text)
    if left := re.search(r"^(import\b.*|export (?:\{|\*|let|var).*)", joined, re.MULTILINE):
        raise ValueError(
            f'{path.name}: write `import {{ a, b }} from "./file.js";` and `export const`, not {left[1]!r}'
        )
    return joined
