"""The 7×12 bitmaps of the digits that LeNet-5's ten RBF units compare F6 with (LeCun et al. 1998, Fig. 3).

Read cell by cell from the figure: two public transcriptions of it agree in all 840 cells. Some digits carry a bar
above them because the codes belong to a full ASCII set, in which look-alikes are given similar codes.
"""

BITMAPS = """
.#####. ...##.. .#####. ####### .#####. .#####. ..####. ####### .#####. .#####.
....... ..###.. ....... .....## ....... ....... .##.... .....## ##...## ##..###
..###.. .####.. .#####. ....##. ....... ####### ##..... .....## ##...## ##...##
.##.##. ...##.. ##...## ...##.. .##..## ##..... ##..... ....##. ##...## ##...##
##...## ...##.. #....## ..####. .##..## ##..... ######. ...##.. .#####. ##..###
##...## ...##.. ....##. .....## ###..## .####.. ###..## ...##.. ##...## .######
##...## ...##.. ..###.. .....## ##...## ..####. ##...## ..##... ##...## .....##
##...## ...##.. .##.... .....## ##...## .....## ##...## ..##... ##...## .....##
.##.##. ...##.. ##..... ##...## ##..### ##...## ###..## ..##... ##...## ....##.
..###.. .###### ####### .#####. .###### .#####. .#####. ..##... .#####. .####..
....... ....... ....... ....... .....## ....... ....... ....... ....... .......
....... ....... ....... ....... .....## ....... ....... ....... ....... .......
"""

CODES = tuple(  # ten tuples of 84: +1 where there is ink, −1 elsewhere, row by row
    tuple(1 if cell == "#" else -1 for row in digit for cell in row)
    for digit in zip(*(line.split() for line in BITMAPS.strip().splitlines()), strict=True)
)
