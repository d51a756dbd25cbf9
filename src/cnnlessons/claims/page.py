"""The ledger as HTML: a table of claims, a table of mistakes, and the drawing of the totals."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from matplotlib.axes import Axes

from cnnlessons.claims.ledger import CAUSES, CLAIMS, VERDICTS, Claim
from cnnlessons.claims.mistakes import MISTAKES
from cnnlessons.draw import style

MARKS = {"right": "✓", "imprecise": "≈", "wrong": "✗", "not checkable": "?"}
HATCHES = {"right": "", "imprecise": "//", "wrong": "xx", "not checkable": ".."}
COLOURS = dict(zip(VERDICTS, ("#1b7a3d", "#b37700", "#a61c3c", "#6b6b6b"), strict=True))
LEFT = 'style="text-align: left"'  # Jupyter aligns what stands in cells to the right, sentences too
MINUS = re.compile(r"(?<![\w−])-(?=\d)")


def prose(text: str) -> str:
    """Text for HTML: code between backticks, a true minus before numbers."""
    parts = escape(text, quote=False).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else MINUS.sub("−", part) for i, part in enumerate(parts))


def proof(claim: Claim) -> str:
    """Its evidence as HTML: what the check found, the place in a paper, or why there is none."""
    said = []
    if claim.check:
        kinds = {"recorded": f"Record {claim.check.record}", "quoted": "Quoted figures", "computed": "Computed"}
        said.append(f"{kinds[claim.check.evidence]}: {prose(claim.check.found().numbers)}.")
    if claim.quoted:
        said.append(prose(claim.quoted) + ".")
    if claim.untestable:
        said.append(f"Untestable here. {prose(claim.untestable)}")
    if claim.see:
        said.append(f"Experiment {claim.see} asks the same of a small network.")
    return " ".join(said)


def row(claim: Claim) -> str:
    """One line of the table. The site fills the empty place at its end with links into the lessons."""
    facts = {"note": claim.note, "verdict": claim.verdict, "kind": claim.kind, "evidence": claim.evidence}
    data = " ".join(f'data-{name}="{value}"' for name, value in facts.items())
    cells = (
        ("Study note says", prose(claim.said)),
        (
            "Verdict",
            f'<span class="sign" aria-hidden="true">{MARKS[claim.verdict]}</span> {claim.verdict}'
            f"<small>, {claim.kind}</small>",
        ),
        ("What is so", prose(claim.right)),
        ("Evidence", f'{proof(claim)}<span class="shown" data-shown="{claim.id}"></span>'),
    )
    body = "".join(f'<td role="cell" {LEFT} data-label="{name}">{value}</td>' for name, value in cells)
    name = f'<span class="id">{claim.id}</span> <small>note {claim.note}, line {claim.line}</small>'
    return f'<tr role="row" id="claim-{claim.id}" {data}><th role="rowheader" scope="row" {LEFT}>{name}</th>{body}</tr>'


class Table:
    """HTML that Jupyter shows; prints as its number of rows elsewhere."""

    def __init__(self, html: str, rows: int):
        self.html, self.rows = html, rows

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"a table of {self.rows} rows"


def framed(kind: str, caption: str, head: Sequence[str], rows: Sequence[str]) -> Table:
    """A table with explicit roles, which it keeps where a phone shows its rows as cards."""
    top = "".join(f'<th role="columnheader" scope="col" {LEFT}>{name}</th>' for name in head)
    html = (
        f'<table class="ledger {kind}" role="table"><caption>{caption}</caption><thead role="rowgroup">'
        f'<tr role="row">{top}</tr></thead><tbody role="rowgroup">{"".join(rows)}</tbody></table>'
    )
    return Table(html, len(rows))


def table(**wanted: str) -> Table:
    """The claims with, for instance, `note="002", verdict="wrong"`; all of them without an argument."""
    claims = CLAIMS.where(**wanted)
    which = ", ".join(f"{name} {value}" for name, value in wanted.items())
    caption = f"{len(claims)} claims" + (f": {which}" if wanted else " of five study notes")
    head = ("Claim", "Study note says", "Verdict, kind", "What is so", "Evidence")
    return framed("claims" if len(claims) == len(CLAIMS) else "some", caption, head, [row(claim) for claim in claims])


def mistakes() -> Table:
    """The table of mistakes in courses and codebases, each with what its check found."""
    rows = []
    for one in MISTAKES.values():
        cells = (("Where", prose(one.where)), ("What is so", prose(one.right)), ("Computed", prose(one.look().numbers)))
        body = "".join(f'<td role="cell" {LEFT} data-label="{name}">{value}</td>' for name, value in cells)
        name = f'<th role="rowheader" scope="row" {LEFT}>{prose(one.said)}</th>'
        rows.append(f'<tr role="row" id="mistake-{one.id}">{name}{body}</tr>')
    head = ("Said or done", "Where", "What is so", "Computed")
    return framed("mistakes", f"{len(rows)} mistakes outside the notes", head, rows)


def statements(cells: Iterable[dict[str, Any]], ledger: str, lesson: str) -> str:
    """The closed box at the end of a lesson: what the study notes say of its subject, and what was found.

    `cells` are the lesson's, whose metadata name claims; `ledger` is the ledger's address as seen from the lesson.
    Nothing where no cell names a claim.
    """
    ids = dict.fromkeys(id for cell in cells for id in cell["metadata"].get("claims", ()) if id in CLAIMS)
    if not ids:
        return ""
    items = []
    for claim in (CLAIMS[id] for id in ids):
        mark = f'<span class="sign" aria-hidden="true">{MARKS[claim.verdict]}</span> {claim.verdict}'
        so = f" {prose(claim.right)}" if claim.right and claim.verdict != "right" else ""
        items.append(
            f'<li><a href="{ledger}#claim-{claim.id}">{prose(claim.said)}</a> '
            f"<small>(note {claim.note})</small> <strong>{mark}</strong>.{so}</li>"
        )
    count = f"{len(ids)} statement{'s' * (len(ids) > 1)}"
    return (
        f'<details class="statements"><summary>What the study notes say: {count}</summary>'
        "<p>This book answers five study notes, written in Chinese while learning these networks. What they say of "
        f"this lesson's subject, and what was found:</p><ul>{''.join(items)}</ul>"
        f'<p><a href="{ledger}?lesson={lesson}">All of it with its evidence, in the ledger</a></p></details>\n'
    )


def bars(name: str, ax: Axes | None = None) -> Axes:
    """How many claims of each value of `name` ("note", "kind", "evidence") have which verdict."""
    ax = ax or style.axes(1.8)
    counts = CLAIMS.count(name, "verdict")
    values = sorted({value for value, _ in counts}, reverse=True)
    start = [0] * len(values)
    for verdict in VERDICTS:
        widths = [counts.get((value, verdict), 0) for value in values]
        drawn = ax.barh(
            values,
            widths,
            left=start,
            color=COLOURS[verdict],
            hatch=HATCHES[verdict],
            edgecolor="white",
            linewidth=0.5,
            label=verdict,
        )
        ax.bar_label(
            drawn,
            [n if n > 4 else "" for n in widths],
            label_type="center",
            fontsize=9,
            color="white",
            bbox={"facecolor": COLOURS[verdict], "edgecolor": "none", "pad": 1},
        )
        start = [a + b for a, b in zip(start, widths, strict=True)]
    ax.set(xlabel="claims")
    ax.figure.legend(ncols=2, loc="outside upper center", handlelength=1.2, columnspacing=1)
    return ax


def causes() -> list[tuple[str, int, Claim]]:
    """Each cause, how many claims missed by it, and one of them; the most frequent first."""
    counts = CLAIMS.count("cause")
    return [(CAUSES[cause], counts[cause], CLAIMS.where(cause=cause)[0]) for cause in counts if cause]
