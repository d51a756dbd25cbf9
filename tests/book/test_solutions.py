"""Code in the prose (solutions, fences): it parses, imports what exists, and uses names that the reader has by then."""

import ast
import builtins
import importlib
import json
import re

import pytest

FENCE = re.compile(r"```(?:python|py|\{code-block\} python)\n(.*?)```", re.DOTALL)


def fences(root):
    for path in sorted(root.glob("book/*/*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
        for n, cell in enumerate(cells):
            if cell["cell_type"] == "markdown":
                for text in FENCE.findall("".join(cell["source"])):
                    yield f"{path.stem}-{n}", text, code


def pytest_generate_tests(metafunc):
    if "code" in metafunc.fixturenames:
        found = list(fences(metafunc.config.rootpath))
        metafunc.parametrize(("fence", "code"), [(t, c) for _, t, c in found], ids=[name for name, _, _ in found])


def tree(text):
    """The syntax tree of a cell, its IPython lines made nothing."""
    return ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", text, flags=re.MULTILINE))


def bound(node):
    """Names that are bound anywhere in a piece of code."""
    names = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store | ast.Del):
            names.add(one.id)
        elif isinstance(one, ast.FunctionDef | ast.ClassDef):
            names.add(one.name)
        elif isinstance(one, ast.arg):
            names.add(one.arg)
        elif isinstance(one, ast.Import | ast.ImportFrom):
            names |= {(a.asname or a.name).split(".")[0] for a in one.names}
    return names


def missing(fence, code):
    """What the fence uses and nobody defines; what it imports and nobody has."""
    here = tree(fence)
    have = bound(here) | set(dir(builtins)) | {name for cell in code for name in bound(tree(cell))}
    used = {n.id for n in ast.walk(here) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    gone = sorted(used - have)
    for node in ast.walk(here):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cnnlessons"):
            try:
                module = importlib.import_module(node.module)
            except ModuleNotFoundError:
                gone.append(node.module)
                continue
            gone += [f"{node.module}.{a.name}" for a in node.names if not hasattr(module, a.name)]
    return gone


def test_code_in_the_prose_uses_what_there_is(fence, code):
    assert missing(fence, code) == []


@pytest.mark.parametrize(
    ("fence", "gone"),
    [
        ("from cnnlessons.nowhere import RBF", ["cnnlessons.nowhere"]),
        ("from cnnlessons.networks import nothing", ["cnnlessons.networks.nothing"]),
        ("print(slide(3), x, len(y))", ["slide"]),
    ],
)
def test_an_old_name_would_be_seen(fence, gone):
    assert missing(fence, ["x, y = 1, []"]) == gone
