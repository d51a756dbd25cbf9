"""Window: a window one drags over an image or a map, with everything written out that it computes there."""

from html import escape
from typing import Any

import numpy as np
from traitlets import Bool, Bunch, Dict, Float, Int, List, Unicode, observe, validate

from cnnlessons.errors import unknown
from cnnlessons.networks import PALETTE
from cnnlessons.widgets.base import Widget
from cnnlessons.widgets.window import arithmetic, pictures

Array = arithmetic.Array
SLIDING = ("conv", "max", "mean", "trainable")
MOST = 4096  # numbers in an image: the page holds them all
CHOICES = {
    "kind": tuple(pictures.OF_KIND),
    "backward": ("no", "this", "all"),
    "scaling": ("train", "test", "none"),
}
LOWEST = {"size": 1, "stride": 1, "padding": 0, "dilation": 1, "groups": 1, "n": 1, "map": 0, "seed": 0}
USUAL = {"conv": (3, 1), "max": (2, 2), "mean": (2, 2), "trainable": (2, 2)}  # size, stride


def numbers(value: object, name: str, axes: int) -> Array:
    """`value` as an array of `axes` axes, missing ones of length 1 in front, six digits a number."""
    try:
        found = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must hold numbers in rows of equal length, not {value!r:.60}") from None
    if not 2 <= found.ndim <= axes or 0 in found.shape:
        raise ValueError(f"{name} must have 2 to {axes} axes, none of them empty, not the shape {found.shape}")
    if not np.isfinite(found).all():
        raise ValueError(f"{name} must hold finite numbers; it has {int((~np.isfinite(found)).sum())} that are not")
    short = [float(f"{number:.6g}") for number in found.ravel()]
    return np.array(short).reshape((1,) * (axes - found.ndim) + found.shape)


class Window(Widget):
    """Drag a window over an image and read what it computes there.

    `kind` is "conv", "max", "mean", "trainable" (LeNet-5's pooling: a sum times `coefficient` plus `bias`, through
    tanh with `squash`), "lrn" or "dropout". `image` is a name in `pictures.IMAGES` or an array (H, W) or (C, H, W) of
    at most 4,096 numbers. `kernel` is a name in `pictures.KERNELS` or an array (k, k), (C / groups, k, k) or
    (O, C / groups, k, k).

    - "conv" and pools: `size`, `stride`, `padding` and `dilation` in cells; "conv" also `groups` of maps, `bias` and
      `flip`, which makes a convolution in the sense of mathematics of PyTorch's cross-correlation.
    - "lrn": x / (k + alpha Σ x²)^beta over `n` neighbouring maps at one place; alpha multiplies the plain sum
      (PyTorch divides its own by n); `scale` multiplies the image, `order` puts its maps into another order, and maps
      of one of `groups` do not see those of another.
    - "dropout": every unit hidden with probability `p` by the mask of `seed`; `train`; `scaling` is "train"
      (1 / (1 − p) in training), "test" (1 − p at test) or "none"; `masks` of them are averaged.

    `place` is the window's place in the output, [row, column], and `map` the map of the output that is looked at;
    `shift` moves the image so many columns to the right, in a ring; `dot`, [row, column], puts a bright dot (9) there.
    Read `output` (nested lists, (O, H', W')) and `gradient`; `error` says why there is none. Numbers are rounded to six
    digits when they are put in. Raises `ValueError` or `UnknownName` for a setting that cannot be.
    """

    folder = "window"
    on_page = (
        *("kind", "picture", "image", "kernel", "size", "stride", "padding", "dilation", "groups", "flip", "bias"),
        *("coefficient", "squash", "place", "map", "shift", "dot", "backward", "whole", "n", "alpha", "beta", "k"),
        *("scale", "order", "p", "train", "scaling", "seed", "masks", "more"),
    )

    kind = Unicode("conv", help="what the window computes").tag(sync=True)
    picture = Unicode(help="the image's name in pictures.IMAGES, '' for one of your own").tag(sync=True)
    # quoted, because traitlets 5.7 of Colab takes no subscript
    image: "List[Any]" = List(help="(C, H, W)").tag(sync=True)
    kernel: "List[Any]" = List(help="(O, C / groups, k, k)").tag(sync=True)
    size = Int(3, help="cells on a side of the window").tag(sync=True)
    stride = Int(1, help="cells from window to window").tag(sync=True)
    padding = Int(0, help="cells added on every side").tag(sync=True)
    dilation = Int(1, help="cells from one cell of the window to the next").tag(sync=True)
    groups = Int(1, help="parts of the maps that do not see each other").tag(sync=True)
    flip = Bool(False, help="turn the kernel round first").tag(sync=True)
    bias = Float(0.0, help="added to every sum").tag(sync=True)
    coefficient = Float(0.25, help="of trainable pooling").tag(sync=True)
    squash = Bool(False, help="tanh behind trainable pooling").tag(sync=True)
    place = List(Int(), [0, 0], help="[row, column] in the output").tag(sync=True)
    map = Int(0, help="map of the output").tag(sync=True)
    shift = Int(0, help="columns the image has moved to the right").tag(sync=True)
    dot = List(Int(), help="[row, column] of a bright dot, or []").tag(sync=True)
    backward = Unicode("no", help="show the gradient: 'no', of 'this' output or of 'all', each 1").tag(sync=True)
    whole = Bool(False, help="show all of the output at once, not only where the window has been").tag(sync=True)
    n = Int(5, help="neighbouring maps, an odd number").tag(sync=True)
    alpha = Float(1e-4, help="times the sum of squares").tag(sync=True)
    beta = Float(0.75, help="the exponent").tag(sync=True)
    k = Float(2.0, help="added to the sum").tag(sync=True)
    scale = Float(1.0, help="the image's numbers times this, before the normalisation").tag(sync=True)
    order = List(Int(), help="the maps in another order, or []").tag(sync=True)
    p = Float(0.5, help="probability of hiding a unit").tag(sync=True)
    train = Bool(True, help="hide units, as in training").tag(sync=True)
    scaling = Unicode("train", help="where the factor is: 'train', 'test' or 'none'").tag(sync=True)
    seed = Int(0, help="of the mask").tag(sync=True)
    masks = Int(1, help="masks to take the mean over, 1 to 50").tag(sync=True)
    more = Bool(False, help="start with all settings unfolded").tag(sync=True)

    images = Dict(pictures.IMAGES, read_only=True).tag(sync=True, constant=True)
    offers = Dict({kind: list(names) for kind, names in pictures.OF_KIND.items()}, read_only=True).tag(
        sync=True, constant=True
    )
    kernels = Dict(pictures.KERNELS, read_only=True).tag(sync=True, constant=True)
    palette = Dict(PALETTE, read_only=True).tag(sync=True, constant=True)

    def __init__(self, kind: str = "conv", *, image: Any = None, kernel: Any = None, **settings: Any):
        if kind not in pictures.OF_KIND:
            raise unknown("kind of Window", str(kind), pictures.OF_KIND)
        if odd := [name for name in settings if not self.has_trait(name)]:
            raise unknown("setting of Window", odd[0], self.on_page)
        for name in ("size", "stride"):  # as in PyTorch, a pool moves by its own size
            usual = USUAL.get(kind, (3, 1))[name == "stride"]
            settings.setdefault(name, settings["size"] if name == "stride" and kind in ("max", "mean") else usual)
        first = pictures.OF_KIND[kind][0] if image is None else image
        if isinstance(first, str):
            if first not in pictures.IMAGES:
                raise unknown("image of Window", first, pictures.IMAGES)
            picture, cells = first, pictures.IMAGES[first]
        else:
            picture, cells = "", numbers(first, "image", 3).tolist()
        if picture == "dot":
            settings.setdefault("dot", [4, 4])
        named = pictures.KERNELS.get(kernel) if isinstance(kernel, str) else kernel
        if isinstance(kernel, str) and not named:
            raise unknown("kernel of Window", kernel, [name for name, one in pictures.KERNELS.items() if one])
        if named is None:
            named = self.usual_kernel(len(cells), settings["size"], settings.get("groups", 1))
        weights = numbers(named, "kernel", 4)
        settings["size"] = weights.shape[2] if kind == "conv" else settings["size"]
        super().__init__(kind=kind, picture=picture, image=cells, kernel=weights.tolist(), **settings)
        if self.error:
            raise ValueError(self.error)
        if "place" not in settings:  # the middle, with half of the output done; else where there is something
            sides = np.shape(self.output)[1:]
            strong = np.unravel_index(int(np.abs(self.seen[0]).argmax()), self.seen.shape[1:])
            if kind == "dropout":
                self.place = [int(side) for side in strong]
            elif self.dot and kind in SLIDING:
                self.place = [min(at // self.stride, side - 1) for at, side in zip(self.dot, sides, strict=True)]
            else:
                self.place = [side // 2 for side in sides]

    @staticmethod
    def usual_kernel(maps: int, size: int, groups: int) -> Array:
        """Upright edges for one map; for several, as many kernels as maps, whose sheets differ."""
        line = np.sign(np.arange(size) - (size - 1) / 2) if size > 1 else np.ones(1)
        sheet = np.tile(line, (size, 1))
        if maps == 1:
            return sheet[None, None]
        turned = [sheet, sheet.T, -sheet, -sheet.T]
        each = max(1, maps // max(groups, 1))
        return np.array([[turned[(o + i) % 4] for i in range(each)] for o in range(maps)])

    @validate("kind", "backward", "scaling")
    def one_of(self, proposal: Bunch) -> str:
        """A name that is known."""
        name = proposal["trait"].name
        if proposal["value"] not in CHOICES[name]:
            raise unknown(f"{name} of Window", proposal["value"], CHOICES[name])
        return str(proposal["value"])

    @validate("picture")
    def known_picture(self, proposal: Bunch) -> str:
        """'' or a name in IMAGES."""
        if proposal["value"] and proposal["value"] not in pictures.IMAGES:
            raise unknown("image of Window", proposal["value"], pictures.IMAGES)
        return str(proposal["value"])

    @validate("image")
    def three_axes(self, proposal: Bunch) -> list[Any]:
        """Numbers, not too many."""
        found = numbers(proposal["value"], "image", 3)
        if found.size > MOST:
            raise ValueError(f"image has {found.size:,} numbers; at most {MOST:,} fit on a page: cut out or shrink it")
        return list(found.tolist())

    @validate("kernel")
    def four_axes(self, proposal: Bunch) -> list[Any]:
        """Numbers; that they fit the image is `error`'s to say."""
        return list(numbers(proposal["value"], "kernel", 4).tolist())

    @validate("size", "stride", "padding", "dilation", "groups", "n", "map", "seed")
    def whole_number(self, proposal: Bunch) -> int:
        """Not too small."""
        name, value = proposal["trait"].name, proposal["value"]
        if value < LOWEST[name] or (name == "n" and value % 2 == 0):
            kind = "an odd number" if name == "n" else "a whole number"
            raise ValueError(f"{name} must be {kind} from {LOWEST[name]}, not {value}")
        return int(value)

    @validate("p", "masks", "alpha", "beta", "k", "scale", "bias", "coefficient")
    def within(self, proposal: Bunch) -> Any:
        """A probability below 1, 1 to 50 masks, and numbers that do not make the divisor negative."""
        name, value = proposal["trait"].name, proposal["value"]
        limits = {"p": (0, 0.95), "masks": (1, 50), "bias": (-1e6, 1e6), "coefficient": (-1e6, 1e6)}
        low, high = limits.get(name, (0, 1e6))
        if not low <= value <= high:
            raise ValueError(f"{name} must lie between {low:g} and {high:g}, not {value}")
        return value

    @validate("place", "dot")
    def row_and_column(self, proposal: Bunch) -> list[int]:
        """Two whole numbers; for the dot none will do."""
        name, value = proposal["trait"].name, proposal["value"]
        if (value or name == "place") and (len(value) != 2 or min(value) < 0):
            raise ValueError(f"{name} must be [row, column], counted from 0, not {value}")
        return list(value)

    @observe("picture")
    def take_picture(self, change: Bunch) -> None:
        """A name brings its image."""
        if self.picture:
            self.image = pictures.IMAGES[self.picture]

    @observe("image")
    def own_image(self, change: Bunch) -> None:
        """Another image is no longer the one of that name."""
        if self.picture and self.image != pictures.IMAGES[self.picture]:
            self.picture = ""

    @property
    def seen(self) -> Array:
        """The image as the window meets it: in `order`, times `scale`, moved and with its dot; (C, H, W)."""
        x = np.array(self.image)
        if self.kind == "lrn":
            return (x[self.order] if self.order else x) * self.scale
        if self.dot and self.kind in SLIDING:
            x[:, self.dot[0], self.dot[1]] = 9.0
        return np.roll(x, self.shift, -1) if self.kind in SLIDING else x

    @property
    def error(self) -> str:
        """Why the settings do not go together, or ''."""
        maps, height, width = np.shape(self.image)
        outputs, sheets, tall, wide = np.shape(self.kernel)
        if self.kind in ("conv", "lrn") and maps % self.groups:
            return f"groups must divide the {maps} maps of the image; {self.groups} does not"
        if self.order and sorted(self.order) != list(range(maps)):
            return f"order must name each of the {maps} maps once, from 0"
        if self.dot and (self.dot[0] >= height or self.dot[1] >= width):
            return f"dot lies outside the image of {height}×{width} cells: {self.dot}"
        if self.kind not in SLIDING:
            return ""
        if self.kind == "conv":
            if outputs % self.groups:
                return f"groups must divide the {outputs} kernels; {self.groups} does not"
            if sheets != maps // self.groups:
                needed = maps // self.groups
                return f"kernel must have a sheet for each map that it reads, {needed} of {maps}; it has {sheets}"
            if tall != wide or tall != self.size:
                return f"size is {self.size}, but the kernel is {tall}×{wide}; they must be equal"
        elif 2 * self.padding > self.size:
            return f"padding of a pool is at most half of its size; {self.padding} is too much for {self.size}"
        elif self.kind != "max" and self.dilation > 1:
            return f"dilation is for convolutions and max pooling; set it to 1 for kind={self.kind!r}"
        reach = self.dilation * (self.size - 1) + 1
        if reach > min(height, width) + 2 * self.padding:
            return f"size: a window of {reach}×{reach} cells does not fit the image of {height}×{width}"
        return ""

    def worked_out(self, x: Array) -> Array:
        """The output for an image (C, H, W) under these settings."""
        at: dict[str, Any] = {"stride": self.stride, "padding": self.padding, "dilation": self.dilation}
        if self.kind == "conv":
            kernel = np.array(self.kernel)
            return arithmetic.convolve(x, kernel, bias=self.bias, groups=self.groups, flip=self.flip, **at)
        if self.kind == "lrn":
            return arithmetic.lrn(x, n=self.n, k=self.k, alpha=self.alpha, beta=self.beta, groups=self.groups)
        if self.kind == "dropout":
            chosen: dict[str, Any] = {"p": self.p, "seed": self.seed, "train": self.train, "scaling": self.scaling}
            return arithmetic.dropout(x, masks=self.masks, **chosen)
        trained: dict[str, Any] = {"coefficient": self.coefficient, "bias": self.bias, "squash": self.squash}
        return arithmetic.pool(x, self.kind, self.size, **at, **(trained if self.kind == "trainable" else {}))

    @property
    def output(self) -> list[Any]:
        """What comes out, (O, H', W'); [] with an `error`."""
        return [] if self.error else list(self.worked_out(self.seen).tolist())

    @property
    def gradient(self) -> list[Any]:
        """d(output) / d(image moved and with its dot), (C, H, W), of "this" output or of the sum of "all"; else []."""
        if self.backward == "no" or self.kind not in SLIDING or self.error:
            return []
        out = np.array(self.output)
        upstream = np.ones_like(out)
        if self.backward == "this":
            upstream[:] = 0
            upstream[tuple(min(i, n - 1) for i, n in zip((self.map, *self.place), out.shape, strict=True))] = 1
        factor = {"mean": 1 / self.size**2, "trainable": self.coefficient}.get(self.kind, 1.0)
        kernel = np.full((1, 1, self.size, self.size), factor)
        if self.kind == "conv":
            kernel = np.array(self.kernel)
            kernel = kernel[:, :, ::-1, ::-1] if self.flip else kernel
        if self.kind == "trainable" and self.squash:
            upstream = upstream * (1 - out**2)
        at = {"stride": self.stride, "padding": self.padding, "dilation": self.dilation}
        return list(arithmetic.gradient(self.seen, upstream, self.kind, kernel, groups=self.groups, **at).tolist())

    def state(self) -> dict[str, object]:
        """A page knows the images by name, and only a convolution has a kernel."""
        left = {*(["image"] if self.picture else []), *(["kernel"] if self.kind != "conv" else [])}
        return {name: value for name, value in super().state().items() if name not in left}

    def still(self) -> str:
        """Input and output as tables of grey cells, and the sentence for the window's first place."""
        words = {
            "conv": "The kernel slides over the image; each place gives the sum of the products.",
            "max": "The window slides over the map; each place gives its largest number.",
            "mean": "The window slides over the map; each place gives the mean of its numbers.",
            "trainable": "The window slides over the map; each place gives the sum, times a coefficient, plus a bias.",
            "lrn": "Each map's number is divided by the strength of its neighbours.",
            "dropout": "A mask hides units; the others are scaled up.",
        }[self.kind]
        if self.error:
            return f"<p>{escape(self.error)}</p>"
        parts = [("input", self.seen[0]), ("output", np.array(self.output)[min(self.map, len(self.output) - 1)])]
        if self.kind == "lrn":
            parts = [("before", self.seen[:, 0, :1].T), ("after", np.array(self.output)[:, 0, :1].T)]
        return f"<p>{words}</p>" + "".join(drawn(name, x) for name, x in parts)

    def __repr__(self) -> str:
        maps, height, width = np.shape(self.image)
        return f"Window({self.kind!r}, image={self.picture or f'{maps}×{height}×{width} numbers'!r})"


def drawn(name: str, x: Array) -> str:
    """A map as an SVG of eight greys, dark where it is large; of a large one every second cell or fewer."""
    x = np.abs(x)[:: -(-len(x) // 32), :: -(-x.shape[1] // 32)]
    height, width = x.shape
    side, most = max(6, min(20, 300 // max(height, width))), float(x.max()) or 1.0
    greys = np.ceil(8 * x / most).astype(int)
    paths = ""
    for grey in range(1, 9):
        runs = ""
        for i, row in enumerate(greys.tolist()):
            for j in range(width):
                if row[j] == grey and (j == 0 or row[j - 1] != grey):
                    run = next((n for n in range(1, width - j) if row[j + n] != grey), width - j)
                    runs += f"M{j} {i}h{run}v1h-{run}z"
        paths += f'<path fill-opacity="{grey / 8:g}" d="{runs}"/>' if runs else ""
    return (
        f'<figure style="display:inline-block;margin:0 1em 0 0"><svg width="{width * side}" height="{height * side}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="{name}, {height}×{width} numbers">'
        f'<rect width="{width}" height="{height}" fill="#fff" stroke="#777" stroke-width="0.1"/>{paths}</svg>'
        f"<figcaption>{name}</figcaption></figure>"
    )
