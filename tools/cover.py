"""Write the cover picture, LeNet-5's diagram as its chapter drew it: python tools/cover.py"""

from pathlib import Path

import excerpt

COVER = Path(__file__).parents[1] / "book/_static/lenet5.png"
SOURCE = "lenet/lenet5-1998", "draw.diagram(trace(lenet5), maps)"


def main() -> None:
    """Take it from the notebook, so that book, README and chapter show one picture."""
    picture, _ = excerpt.figure(*SOURCE)
    COVER.write_bytes(picture)


if __name__ == "__main__":
    main()
