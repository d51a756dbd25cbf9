"""Mutants of a program: what it becomes by one small mistake."""

import ast
from collections.abc import Iterator

SWAPS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
NAMES = {
    "floor": "ceil",
    "ceil": "floor",
    "min": "max",
    "max": "min",
    "sum": "max",
    "any": "all",
    "all": "any",
    "mean": "sum",
}


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """What one node can become."""
    match node:
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)
            yield ast.Constant(value - 1)
        case ast.BinOp(op=ast.FloorDiv()):  # rounded up: −(−a // b)
            yield ast.UnaryOp(ast.USub(), ast.BinOp(ast.UnaryOp(ast.USub(), node.left), ast.FloorDiv(), node.right))
        case ast.BinOp():
            if type(node.op) in SWAPS:
                yield ast.BinOp(node.left, SWAPS[type(node.op)](), node.right)
            if isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div):  # one of two left out
                yield node.left
            if isinstance(node.op, ast.Sub | ast.Div | ast.Pow):
                yield ast.BinOp(node.right, node.op, node.left)
        case ast.Compare(ops=[op]) if type(op) in SWAPS:
            yield ast.Compare(node.left, [SWAPS[type(op)]()], node.comparators)
        case ast.BoolOp():
            yield ast.BoolOp(SWAPS[type(node.op)](), node.values)
        case ast.UnaryOp(op=ast.USub()):
            yield node.operand
        case ast.Call():
            for n in range(len(node.keywords)):
                yield ast.Call(node.func, node.args, node.keywords[:n] + node.keywords[n + 1 :])
            for n in range(len(node.args) - 1):
                args = list(node.args)
                args[n], args[n + 1] = args[n + 1], args[n]
                yield ast.Call(node.func, args, node.keywords)
        case ast.Tuple(ctx=ast.Load()) | ast.List(ctx=ast.Load()) if len(node.elts) == 2:
            yield type(node)(node.elts[::-1], ast.Load())
        case ast.Name(id=name) if name in NAMES:
            yield ast.Name(NAMES[name], node.ctx)
        case ast.Attribute(attr=name) if name in NAMES:
            yield ast.Attribute(node.value, NAMES[name], node.ctx)


def places(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Where a node may be replaced: parent, field, index."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            for n, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(child, ast.AST):
                    yield parent, field, n


def put(parent: ast.AST, field: str, n: int | None, node: ast.AST) -> None:
    """Set a place."""
    if n is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[n] = node


def mutants(program: str, most: int = 20) -> Iterator[tuple[str, str]]:
    """At most so many mutants, spread over the program: the line that changed, as it is now, and the whole."""
    tree = ast.parse(program)
    before = ast.unparse(tree).splitlines()
    found: dict[str, str] = {}
    for parent, field, n in list(places(tree)):
        holder = getattr(parent, field)
        child = holder if n is None else holder[n]
        for new in changes(child):
            put(parent, field, n, new)
            text = ast.unparse(tree)
            changed = [b for a, b in zip(before, text.splitlines(), strict=False) if a != b]
            if changed:
                found.setdefault(text, changed[0].strip())
        put(parent, field, n, child)
    every = list(found.items())
    step = max(1, len(every) / most)
    for i in range(min(most, len(every))):
        text, line = every[int(i * step)]
        yield line, text
