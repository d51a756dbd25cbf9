"""Binary data that widgets need: on a page each is a file that is loaded when a widget comes into view."""

import base64
import json
import zlib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

from traitlets import Bytes

from cnnlessons.live.weights import path


def engine() -> bytes:
    """The page engine, WebAssembly: see `cnnlessons.live`."""
    return files("cnnlessons.live").joinpath("engine.wasm").read_bytes()


def digits() -> bytes:
    """The 5,000 digits of `load("mnist-5k")`, deflated: images (28, 28) of the 4,000 for training and then the 1,000
    for testing, a byte a pixel, and after them the 5,000 labels, in the order that `load` gives."""
    from cnnlessons.data import embedded

    train, test = embedded.arrays()
    parts = (train[0], test[0], train[1].astype("u1"), test[1].astype("u1"))
    return zlib.compress(b"".join(part.tobytes() for part in parts), 9)


def sixteen() -> bytes:
    """The first 16 test digits of `load("mnist-5k")`: images (28, 28), a byte a pixel, and after them the labels."""
    from cnnlessons.data import embedded

    (_, (images, labels)) = embedded.arrays()
    return images[:16].tobytes() + labels[:16].astype("u1").tobytes()


def examples() -> bytes:
    """Twenty of the test digits of `load("mnist-5k")`, two of each class, deflated: 28×28 bytes each, then labels."""
    from cnnlessons.data import embedded

    x, y = embedded.arrays()[1]
    chosen = [i for turn in range(2) for label in range(10) for i in (y == label).nonzero()[0][turn : turn + 1]]
    return zlib.compress(x[chosen].tobytes() + y[chosen].astype("u1").tobytes(), 9)


def worker() -> bytes:
    """The program of a Web Worker that trains: `live/worker.js` with all that it imports."""
    from cnnlessons.widgets.base import HERE
    from cnnlessons.widgets.bundle import bundle

    return bundle(HERE.parent / "live" / "worker.js").encode()


def weights(id: str) -> Callable[[], bytes]:
    """What gives the stored weights of a network, safetensors in half precision: see `cnnlessons.live.weights`."""
    return lambda: path(id).read_bytes()


def networks() -> bytes:
    """What `Shapes` knows, as deflated JSON: the catalogue, the vocabulary of layers, the palette, and the first test
    digit of `load("mnist-5k")`, 28×28 grey bytes in base64; and the program of its worker, which reads and
    writes PyTorch.
    """
    from cnnlessons.networks import PALETTE
    from cnnlessons.widgets import layer_json
    from cnnlessons.widgets.base import HERE
    from cnnlessons.widgets.bundle import bundle

    known = {
        "catalogue": layer_json.catalogue(),
        "vocabulary": layer_json.vocabulary(),
        "palette": PALETTE,
        "digit": base64.b64encode(sixteen()[: 28 * 28]).decode(),
        "pytorch": bundle(HERE / "shapes" / "pytorch.js"),
    }
    return zlib.compress(json.dumps(known, ensure_ascii=False, separators=(",", ":")).encode(), 9)


ASSETS: dict[str, Callable[[], bytes]] = {
    "engine": engine,
    "digits": digits,
    "worker": worker,
    "sixteen": sixteen,
    "networks": networks,
    "examples": examples,
    "weights-lenet5-1998": weights("lenet5-1998"),
    "weights-lenet-002-relu": weights("lenet-002-relu"),
}


@cache
def asset(name: str) -> bytes:
    """The bytes of one of ASSETS, made once."""
    return ASSETS[name]()


class Asset(Bytes):
    """A trait with the bytes of one of ASSETS, read when they are first asked for; a view gets it as a DataView."""

    def __init__(self, name: str, **options: Any):
        super().__init__(read_only=True, **options)
        self.tag(sync=True, asset=name)

    def default(self, obj: object = None) -> bytes:
        """The bytes, once there is a widget that needs them."""
        return asset(self.metadata["asset"]) if obj is not None else b""
