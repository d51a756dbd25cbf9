"""Draw: draw a digit and see every map of a trained network, and its answer, follow."""

import json
import zlib
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

from traitlets import Bool, Bunch, Bytes, Dict, Float, Int, List, Unicode, validate

import cnnlessons
from cnnlessons.errors import unknown
from cnnlessons.live import weights
from cnnlessons.networks import CATALOGUE, PALETTE, Arch, described, trace
from cnnlessons.networks.layers import Shape
from cnnlessons.widgets.assets import Asset, asset
from cnnlessons.widgets.base import Widget, plain
from cnnlessons.widgets.layer_json import vocabulary

if TYPE_CHECKING:
    from torch import nn

SHOW = ("networks", "maps", "field", "codes", "answer", "step")
TOOLS = ("move", "thicken", "thin", "mirror", "invert", "undo", "clear", "example")
# The same as training's SCALES, which are not to be had without torch; a test compares.
SCALES = {
    "raw": (1.0, 0.0),
    "unit": (1 / 255, 0.0),
    "centred": (1.0, -128.0),
    "lecun1998": (1.275 / 255, -0.1),
}
STORED = {"lenet5-1998": "lenet5", "lenet-002-relu": "relu"}  # id → the trait with its weights
TITLES = {"lenet5-1998": "LeNet-5 of 1998", "lenet-002-relu": "LeNet with ReLU and max pooling"}
DIGIT, SIDE = 28, 112  # pixels of a digit of MNIST, and of the finer sheet one draws on


def shown_arch(arch: Arch) -> dict[str, Any]:
    """What the page engine reads of it."""
    plain: dict[str, Any] = json.loads(json.dumps(arch.as_dict()))
    return plain


def told(id: str) -> str:
    """Where the weights of a stored network come from, in a sentence."""
    facts = weights.facts(id)
    return (
        f"{TITLES[id]}, trained for {facts['epochs']} passes on {facts['data']}. Of MNIST's 10,000 test "
        f"digits it reads {float(facts['test_accuracy']):.2%} right."
    ).replace("%", " %")


def names(argument: str, given: Iterable[str], known: tuple[str, ...]) -> list[str]:
    """Some of `known`; raises for others."""
    if isinstance(given, str):
        raise ValueError(f"{argument}: a tuple of names is needed, as ({given!r},)")
    kept = list(given)
    for name in kept:
        if name not in known:
            raise unknown(argument, name, known)
    return kept


def png(digit: bytes) -> str:
    """A digit of 28×28 bytes as the address of a picture, ink dark."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return len(data).to_bytes(4, "big") + whole + zlib.crc32(whole).to_bytes(4, "big")

    lines = b"".join(b"\0" + bytes(255 - n for n in digit[i : i + DIGIT]) for i in range(0, len(digit), DIGIT))
    head = DIGIT.to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])  # grey, 8 bits a pixel
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b"")
    return "data:image/png;base64," + b64encode(b"\x89PNG\r\n\x1a\n" + parts).decode()


class Draw(Widget):
    """Draw a digit; every map of the network, and its answer, follow as you draw.

    `Draw("lenet5-1998")` and `Draw("lenet-002-relu")` come trained (`live/weights`); `Draw(model)` shows your own: what
    `build` made and `fit` trained, or any nn.Module of layers in a row that this package knows, for one grey image of
    at least 28×28 and a vector of classes. Pixels are scaled as in its last training.

    `digit` is the class of the digit one starts with, `centre` says whether drawings are cut out, scaled and centred as
    the makers of MNIST did, `show` and `tools` what there is to see and to press (names in SHOW and TOOLS),
    `temperature` adds a slider that divides the scores before softmax. Read `fed` (28×28 bytes, what the network was
    given) and `outputs` (penalties, or scores before softmax) once something was drawn. `put(image)` draws from Python.
    """

    folder = "draw"
    on_page = ("network", "digit", "centre", "show", "tools", "temperature")

    network = Unicode(help="id of a stored network; '' for the reader's own").tag(sync=True)
    digit = Int(None, allow_none=True, help="class of the digit one starts with").tag(sync=True)
    centre = Bool(True, help="whether a drawing is centred as MNIST's digits were").tag(sync=True)
    show = List(Unicode(), help="parts, names in SHOW").tag(sync=True)
    tools = List(Unicode(), help="names in TOOLS").tag(sync=True)
    temperature = Bool(False, help="whether there is a slider for softmax").tag(sync=True)
    drawing = Bytes(help="grey levels 112×112, or b'' before the first drawing").tag(sync=True)
    fed = Bytes(help="grey levels 28×28 that the network was given").tag(sync=True)
    outputs = List(Float(), help="penalties, or scores before softmax").tag(sync=True)

    # of the reader's own network
    own_arch = Dict(read_only=True, help="as Arch.as_dict()").tag(sync=True)
    own_weights = Bytes(read_only=True, help="safetensors").tag(sync=True)
    own_scale: "List[float]" = List([1 / 255, 0.0], read_only=True, help="factor and offset of a pixel").tag(sync=True)

    engine = Asset("engine")
    examples = Asset("examples")
    lenet5 = Asset("weights-lenet5-1998")
    relu = Asset("weights-lenet-002-relu")
    palette = Dict(PALETTE, read_only=True).tag(sync=True, constant=True)
    kinds = Dict({type: word["kind"] for type, word in vocabulary().items()}, read_only=True)
    kinds.tag(sync=True, constant=True)
    stored = Dict(
        {
            id: {
                "title": TITLES[id],
                "trait": trait,
                "scale": SCALES[weights.facts(id)["pixels"]],
                "arch": shown_arch(CATALOGUE[id]),
            }
            for id, trait in STORED.items()
        },
        read_only=True,
    ).tag(sync=True, constant=True)
    facts = Dict({id: told(id) for id in STORED}, read_only=True).tag(sync=True, constant=True)

    def __init__(
        self,
        model: object = "lenet5-1998",
        *,
        digit: int | None = None,
        centre: bool = True,
        show: Iterable[str] = SHOW,
        tools: Iterable[str] = TOOLS,
        temperature: bool = False,
        input: Shape | None = None,
        **traits: Any,
    ):
        own = {} if isinstance(model, str) else own_network(model, input)
        if isinstance(model, str) and input is not None:
            raise ValueError(f"Draw(input={input!r}): a stored network has an input of its own; leave it out")
        super().__init__(
            network=model if isinstance(model, str) else "",
            digit=digit,
            centre=centre,
            show=names("show", show, SHOW),
            tools=names("tools", tools, TOOLS),
            temperature=temperature,
            **traits,
        )
        self._own: Any = None if isinstance(model, str) else model
        for name, value in own.items():
            self.set_trait(name, value)

    @validate("network")
    def known_network(self, proposal: Bunch) -> str:
        """An id with stored weights; '' stays ''."""
        id = proposal["value"]
        if id and id not in STORED:
            known = CATALOGUE.get(id)
            if known is None:
                raise unknown("stored network", id, STORED)
            raise ValueError(
                f"Draw({id!r}): no weights are stored for it, only for {' and '.join(map(repr, STORED))}; train it "
                "with build and fit, and hand over the model"
            )
        return str(id)

    @validate("digit")
    def one_of_ten(self, proposal: Bunch) -> int | None:
        """0 to 9, or None."""
        digit: int | None = proposal["value"]
        if digit is not None and not 0 <= digit <= 9:
            raise ValueError(f"digit must be 0 to 9, or None for any, not {digit}")
        return digit

    @validate("drawing")
    def right_size(self, proposal: Bunch) -> bytes:
        """Bytes of the whole sheet."""
        drawing: bytes = proposal["value"]
        if drawing and len(drawing) != SIDE * SIDE:
            raise ValueError(
                f"drawing must be {SIDE}×{SIDE} bytes, not {len(drawing)}; put(image) takes a digit of 28×28"
            )
        return drawing

    def put(self, image: Any) -> None:
        """Draw `image`, grey levels 0 … 255 (ink is 255), 28×28 or 112×112: an array, a tensor or nested lists."""
        import numpy as np

        levels = np.asarray(image).squeeze()
        if levels.shape not in ((DIGIT, DIGIT), (SIDE, SIDE)):
            raise ValueError(f"put(image): 28×28 or 112×112 grey levels are needed, not {levels.shape}")
        if levels.min() < 0 or levels.max() > 255 or (levels != np.floor(levels)).any():
            raise ValueError(
                "put(image): whole grey levels of 0 … 255 are needed; of pixels 0 … 1 give (255 * x).round()"
            )
        times = SIDE // len(levels)
        self.drawing = levels.astype("u1").repeat(times, 0).repeat(times, 1).tobytes()

    def model(self) -> "nn.Module":
        """The network that is shown, in PyTorch: your own, or the stored one with its weights and recipe."""
        return stored_model(self.network) if self.network else self._own

    def __repr__(self) -> str:
        return f"Draw({self.network or self.own_arch.get('id')!r})"

    def state(self) -> dict[str, object]:
        """Of the reader's own network its layers and weights too, and what was drawn."""
        more: tuple[str, ...] = ("own_arch", "own_weights", "own_scale") if not self.network else ()
        more += ("drawing",) if self.drawing else ()
        return {**super().state(), **{name: plain(getattr(self, name)) for name in more}}

    def still(self) -> str:
        """The digit one starts with, and the layers it would go through."""
        arch = CATALOGUE[self.network] if self.network else None
        title = arch.title if arch else str(self.own_arch["title"])
        shapes = [
            f"{row.layer.name} {'×'.join(map(str, row.shape_out))}"
            for row in (trace(arch) if arch else ())
            if row.layer.kind in ("conv", "pool", "dense", "output")
        ]
        words = "a handwritten digit in grey pixels"
        picture = f'<img src="{png(example(self.digit))}" width="112" height="112" alt="{words}" />'
        chain = f" Layers: {escape(' → '.join(shapes))}." if shapes else ""
        sentence = f"Here one draws a digit and sees every map of {escape(title)} and its answer follow."
        return f"<figure>{picture}<figcaption>{sentence}{chain}</figcaption></figure>"


def example(digit: int | None) -> bytes:
    """The first example of that class, 28×28 bytes; of 3 for None, as in the view."""
    packed = zlib.decompress(asset("examples"))
    count = len(packed) // (DIGIT * DIGIT + 1)
    at = packed[count * DIGIT * DIGIT :].index(3 if digit is None else digit)
    return packed[at * DIGIT * DIGIT : (at + 1) * DIGIT * DIGIT]


def stored_model(id: str) -> "nn.Module":
    """A stored network in PyTorch, in evaluation mode, with its weights; `about(model).recipe` is what trained it."""
    import torch
    from safetensors.torch import load_file

    from cnnlessons.modules import build, remember
    from cnnlessons.training import Recipe

    model = build(CATALOGUE[id]).eval()
    model.load_state_dict({name: value.to(torch.float32) for name, value in load_file(weights.path(id)).items()})
    remember(model, recipe=Recipe(**json.loads(weights.facts(id)["recipe"])))
    return model


def own_network(model: Any, input: Shape | None) -> dict[str, Any]:
    """Layers, weights and scale of the reader's own network; raises `ValueError` for one that nobody can draw for."""
    cnnlessons.open_modules()
    arch = described(model, None if input is None else tuple(input))
    if not hasattr(model, "state_dict"):
        raise TypeError(f"Draw: {arch.id} is a description without weights; give build(arch), trained with fit")
    rows = trace(arch)
    if len(rows.input) != 3 or rows.input[0] != 1 or min(rows.input[1:]) < DIGIT:
        raise ValueError(f"Draw: a network for one grey image of at least 28×28 is needed, not for {rows.input}")
    if len(rows[-1].shape_out) != 1:
        raise ValueError(f"Draw: the network must end in a vector of classes, not in maps of {rows[-1].shape_out}")
    from safetensors.torch import save

    from cnnlessons.modules import about, build

    known = about(model)
    if known.arch is not None:  # its own names for things; the layers are the same
        arch = replace(known.arch, input=arch.input)
    pixels = known.recipe.pixels if known.recipe else str(arch.recipe.get("pixels", "unit"))
    held = {name: value.detach().cpu().float().contiguous() for name, value in model.state_dict().items()}
    needed = build(arch).state_dict()
    if missing := {*needed} ^ {*held}:
        raise ValueError(
            f"Draw: the weights have other names than the layers, as {min(missing)!r}; make it an nn.Sequential"
        )
    return {
        "own_arch": shown_arch(arch),
        "own_weights": save(held),
        "own_scale": list(SCALES[pixels]),
    }
