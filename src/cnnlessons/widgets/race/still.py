"""What readers without JavaScript see of `Race`."""

from html import escape
from math import log10, sqrt
from typing import Any

from cnnlessons.intervals import detectable

COLOURS = ("#1a1a1a", "#0072b2", "#b34400", "#00704f", "#a0457a", "#666666", "#7a5c00", "#5a4fc0")
WIDTH, HEIGHT, LEFT, BOTTOM = 640, 280, 52, 34


def means(variant: dict[str, Any], measure: str) -> list[float]:
    """The mean curve of a variant, as long as all of its runs go."""
    runs = [[float(word) for word in text.split()] for text in variant["runs"][measure]]
    length = min(map(len, runs), default=0)
    return [sum(run[-length:][i] for run in runs) / len(runs) for i in range(length)]


def curves(facts: dict[str, Any], measure: str, racing: list[str]) -> str:
    """The mean curves as a drawing, on white so that the colours hold on dark pages."""
    shown = [(i, one, means(one, measure)) for i, one in enumerate(facts["variants"]) if one["name"] in racing]
    values = [value for *_, curve in shown for value in curve]
    if not values:
        return "<p>No variant runs.</p>"
    ratio = "loss" in measure and min(values) > 0
    scale = log10 if ratio else float
    low, high = scale(min(values)), scale(max(values))
    parts = []
    for i, one, curve in shown:
        points = " ".join(
            f"{LEFT + (WIDTH - LEFT - 12) * t / max(1, facts['epochs'] - 1):.0f},"
            f"{12 + (HEIGHT - BOTTOM - 12) * (high - scale(y)) / ((high - low) or 1):.0f}"
            for t, y in enumerate(curve)
            if t % (1 + facts["epochs"] // 31) == 0 or t == len(curve) - 1
        )
        colour = COLOURS[i % len(COLOURS)]
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        parts.append(
            f'<text x="{WIDTH - 12}" y="{HEIGHT - BOTTOM - 14 - 17 * (len(shown) - 1) + 17 * len(parts) // 2 - 17}" '
            f'text-anchor="end" font-size="14" fill="{colour}">{escape(one["name"])}</text>'
        )
    unit = 100 if "accuracy" in measure else 1
    label = escape(facts["measures"][measure])
    ends = (min(values), max(values))
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" style="max-width:100%;height:auto;background:#fff" '
        f'role="img" aria-label="{label} by epoch"><g font-family="sans-serif">{"".join(parts)}'
        f'<text x="{LEFT}" y="{HEIGHT - 8}" font-size="14">epoch 1 to {facts["epochs"]}: {label}</text>'
        f'<text x="2" y="18" font-size="14">{unit * ends[1]:.3g}</text>'
        f'<text x="2" y="{HEIGHT - BOTTOM}" font-size="14">{unit * ends[0]:.3g}</text></g></svg>'
    )


def numbers(mode: str, settings: dict[str, float]) -> str:
    """What the sliders of the other modes say, in sentences."""
    if mode == "seeds":
        seen = detectable(settings["spread"], int(settings["seeds"]), pairs=False)
        return (
            f"<p>{settings['seeds']:.0f} runs of each of two networks, which spread by {settings['spread']:g} points, "
            f"show a true difference of {seen:.2f} points in 80 of 100 experiments.</p>"
        )
    first, second, n = settings["first"], settings["second"], settings["images"]
    halves = [1.96 * sqrt(rate * (100 - rate) / n) for rate in (first, second)]
    return (
        f"<p>On {n:,.0f} images an error rate of {first:g} % is sure to ± {halves[0]:.2f} points, one of {second:g} % "
        f"to ± {halves[1]:.2f}, and their difference to ± {sqrt(halves[0] ** 2 + halves[1] ** 2):.2f}.</p>"
    )
