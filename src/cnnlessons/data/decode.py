"""From the bytes of a JPEG or PNG file to a square of pixels."""

import io
import operator
from pathlib import Path
from typing import SupportsIndex

from PIL import Image

from cnnlessons.data.faults import Fault, plain
from cnnlessons.data.files import DAMAGED

FORMATS = ("JPEG", "PNG")  # Pillow would also start Ghostscript for an EPS file, whatever its name
PIXELS = 50_000_000  # of one image: 150 MB as RGB


def decode(data: bytes, file: str | Path) -> Image.Image:
    """The image in `data`, whole, in the mode it is stored in. A Fault naming `file` if it is damaged or too large."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > PIXELS:
                raise Fault(file, f"has {image.width:,}×{image.height:,} pixels, more than {PIXELS:,}")
            image.load()
            return image
    except Image.UnidentifiedImageError as error:
        raise Fault(file, "is not a readable image: neither JPEG nor PNG") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Fault(file, f"has more than {PIXELS:,} pixels") from error
    except (*DAMAGED, SyntaxError) as error:  # Pillow calls a broken PNG a SyntaxError
        raise Fault(file, f"is not a readable image ({plain(error)})") from error


def whole_side(size: SupportsIndex, largest: int) -> int:
    """`size` as an int. Raises ValueError unless it is a whole number of pixels from 1 to `largest`."""
    try:
        side = 0 if isinstance(size, bool) else operator.index(size)
    except TypeError:
        side = 0
    if not 1 <= side <= largest:
        raise ValueError(f"size={size!r}: must be a whole number of pixels from 1 to {largest}, such as 64")
    return side


def middle_square(image: Image.Image, side: int) -> Image.Image:
    """The largest square in the middle of `image`, scaled to side×side pixels; `image` itself if it is that already."""
    if image.size == (side, side):
        return image
    wide, high = image.size
    short = min(image.size)
    left, top = (wide - short) // 2, (high - short) // 2
    return image.resize((side, side), Image.Resampling.BILINEAR, box=(left, top, left + short, top + short))
