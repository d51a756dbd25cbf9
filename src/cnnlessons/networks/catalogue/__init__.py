"""CATALOGUE: every network of the book by its id, each written once."""

from typing import Any

from cnnlessons.errors import unknown
from cnnlessons.networks.arch import Arch
from cnnlessons.networks.catalogue import alexnet, lenet, mini, vgg
from cnnlessons.networks.layers import Shape
from cnnlessons.networks.tracing import Trace, trace

# What everyone calls them, without case and hyphens.
ALIASES = {
    "lenet": "lenet5-1998",
    "lenet5": "lenet5-1998",
    "alexnet": "alexnet-2012",
    **{f"vgg{n}": f"vgg-{column}" for n, column in ((11, "A"), (13, "B"), (16, "D"), (19, "E"))},
    **{f"vgg{n}bn": f"vgg-{column}-bn" for n, column in ((11, "A"), (13, "B"), (16, "D"), (19, "E"))},
}


def squeezed(name: object) -> str:
    """A name in lower case without hyphens, underscores and spaces."""
    return str(name).lower().translate({ord(sign): None for sign in "-_ "})


class Catalogue(dict[str, Arch]):
    """Networks by id, in any case, and by the names everyone uses: "LeNet-5", "alexnet", "vgg16", "VGG-16", "vgg16_bn".

    An unknown name suggests one that is near, or lists the ids (`UnknownName`).
    """

    def id_of(self, name: object) -> str | None:
        """The id that `name` stands for, or None."""
        if isinstance(name, str) and dict.__contains__(self, name):
            return name
        ids = {squeezed(id): id for id in self} | ALIASES
        return ids.get(squeezed(name)) if isinstance(name, str) else None

    def __missing__(self, name: object) -> Arch:
        id = self.id_of(name)
        if id is None:
            raise unknown("network", str(name), [*self, *ALIASES], cutoff=0.8)
        return self[id]

    def __contains__(self, name: object) -> bool:
        return self.id_of(name) is not None

    def get(self, name: object, default: Any = None) -> Any:
        """The network of that name, or `default`."""
        id = self.id_of(name)
        return default if id is None else self[id]


CATALOGUE = Catalogue((arch.id, arch) for part in (lenet, alexnet, vgg, mini) for arch in part.NETWORKS)


@trace.register
def trace_by_id(name: str, input: Shape | None = None) -> Trace:
    """`trace` of a network of the catalogue."""
    return trace(CATALOGUE[name], input)
