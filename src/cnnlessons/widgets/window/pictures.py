"""Small images and kernels that Window has ready, typed as numbers."""

from cnnlessons.networks.catalogue.codes import CODES

Maps = list[list[list[float]]]


def typed(rows: str) -> list[list[float]]:
    """A map from its rows: a digit a cell, a dot for 0."""
    return [[0.0 if cell == "." else float(cell) for cell in row] for row in rows.split()]


THREE = """
............ ...37983.... ..49999994.. ..58423992.. ......1995.. ....37994... ....89995...
.....12598.. ..2.....99.. ..872..498.. ..39999993.. ....39972...
"""
# window number w of sixteen has the bits of w, from its first cell to its last
SIXTEEN = [[float(4 * (i // 2) + j // 2 >> (2 * (i % 2) + j % 2) & 1) for j in range(8)] for i in range(8)]

IMAGES: dict[str, Maps] = {
    "edge": [typed("00111 00111 00111 00111")],
    "three": [typed(THREE)],
    "square": [typed(".......... " * 2 + "..555555.. " * 6 + ".......... " * 2)],
    "numbers": [typed("1324135 7201502 3162417 1403920 5213104 2017263 4120351")],
    "all windows of 2": [
        [[float(4 * (i // 2) + j // 2 >> (2 * (i % 2) + j % 2) & 1) for j in range(8)] for i in range(8)]
    ],
    "dot": [[[0.0] * 13 for _ in range(13)]],
    "bar": [typed("........ ..99.... ........ ........")],
    "four maps": [
        typed("....... ..999.. ..9.9.. ..999.. ..9.9.. ..9.9.. ......."),
        typed("....... ..99... ..9.9.. ..99... ..9.9.. ..99... ......."),
        typed("....... ..999.. ..9.... ..9.... ..9.... ..999.. ......."),
        typed("....... ..99... ..9.9.. ..9.9.. ..9.9.. ..99... ......."),
    ],
    "one loud map": [[[v]] for v in (30.0, 20, 40, 10, 30, 25, 250, 35, 20, 15, 30, 40, 20, 10, 30, 25)],
    "all alike": [[[100.0]] for _ in range(16)],
    "two loud maps": [[[v]] for v in (0.0, 12, 5, 200, 8, 0, 30, 16, 4, 180, 20, 0, 9, 40, 6, 15)],
    "ones": [[[1.0] * 10 for _ in range(4)]],
    "hidden layer": [typed("3.15.2.41.6. 1.42.7..2.13 .5.31..2.6.1 2..4.16.3..2 .31..5.2.4.7 6..21..3.15.")],
}
IMAGES["F6 as a 3"] = [[[float(bit > 0) for bit in CODES[3][7 * row : 7 * row + 7]] for row in range(12)]]

# what each kind offers; the first is what it starts with
OF_KIND: dict[str, tuple[str, ...]] = {
    "conv": ("three", "edge", "square", "numbers", "dot", "four maps"),
    "max": ("numbers", "three", "dot", "bar", "square"),
    "mean": ("numbers", "three", "dot", "bar", "square"),
    "trainable": ("all windows of 2", "numbers", "three", "dot", "bar", "square"),
    "lrn": ("one loud map", "two loud maps", "all alike"),
    "dropout": ("F6 as a 3", "hidden layer", "ones"),
}

KERNELS: dict[str, list[list[float]]] = {
    "upright edges": [[-1, 0, 1]] * 3,
    "level edges": [[-1] * 3, [0] * 3, [1] * 3],
    "Sobel": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "outline": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "blur": [[1 / 9] * 3] * 3,
    "copy": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "a piece of the digit": [],  # cut from the image where the window stands
    "the piece minus its mean": [],
}
