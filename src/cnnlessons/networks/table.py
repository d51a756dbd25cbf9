"""A trace as a table: HTML for Jupyter and the page, aligned text for a terminal."""

from html import escape
from typing import Any

from cnnlessons.networks.layers import shape_text
from cnnlessons.networks.palette import colour
from cnnlessons.networks.tracing import Row, Trace

HEAD = ("layer", "type", "output", "parameters", "connections", "MACs", "receptive field", "jump")


def both(sides: Any) -> tuple[Any, Any]:
    """(height, width) of one number for both, or of a pair."""
    return sides if isinstance(sides, tuple) else (sides, sides)


def cells(row: Row) -> tuple[str, ...]:
    """One row's entries, as text; a dash where a layer has none."""
    numbers = (f"{n:,}" if n else "–" for n in (row.params, row.connections, row.macs))
    return (
        row.layer.name,
        row.type,
        shape_text(row.shape_out),
        *numbers,
        "–" if row.receptive_field is None else "×".join(map(str, both(row.receptive_field))),
        "–" if row.jump is None else "×".join(f"{n:g}" for n in dict.fromkeys(both(row.jump))),
    )


def sums(trace: Trace) -> tuple[str, ...]:
    """The last line."""
    return ("total", "", "", f"{trace.params:,}", f"{trace.connections:,}", f"{trace.macs:,}", "", "")


def notes(trace: Trace) -> list[str]:
    """Why some fields are not known, each reason once."""
    return [f"–: {reason}" for reason in dict.fromkeys(row.reason for row in trace) if reason]


def caption(trace: Trace) -> str:
    """What the table is of."""
    return f"{trace.arch.title}, input {shape_text(trace.input)}"


def text(trace: Trace) -> str:
    """Columns aligned for a terminal."""
    rows = [HEAD, *map(cells, trace), sums(trace)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    lines = []
    for row in rows:
        left = [cell.ljust(w) for cell, w in zip(row[:3], widths, strict=False)]
        right = [cell.rjust(w) for cell, w in zip(row[3:], widths[3:], strict=True)]
        lines.append("  ".join(left + right).rstrip())
    return "\n".join([caption(trace), *lines, *notes(trace)])


def html(trace: Trace) -> str:
    """A table with a caption and header cells; the colour of a layer's kind stands beside its type."""
    right, left = 'style="text-align:right"', 'style="text-align:left"'
    head = "".join(f'<th scope="col" {left if i < 3 else right}>{name}</th>' for i, name in enumerate(HEAD))
    body = []
    for row in trace:
        name, kind, *rest = map(escape, cells(row))
        body.append(
            f'<tr><th scope="row" style="text-align:left;border-left:0.4em solid {colour(row.layer)}">{name}</th>'
            f"<td {left}>{kind}</td><td {left}>{rest[0]}</td>"
            + "".join(f"<td {right}>{cell}</td>" for cell in rest[1:])
            + "</tr>"
        )
    name, *rest = sums(trace)
    foot = f'<tr><th scope="row" {left}>{name}</th>' + "".join(f"<td {right}>{cell}</td>" for cell in rest) + "</tr>"
    foot += "".join(f'<tr><td colspan="{len(HEAD)}" {left}>{escape(note)}</td></tr>' for note in notes(trace))
    return (
        f'<table class="trace"><caption>{escape(caption(trace))}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody><tfoot>{foot}</tfoot></table>"
    )
