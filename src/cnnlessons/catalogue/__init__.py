"""CATALOGUE: every network of the book by its id, each written once."""

from cnnlessons.catalogue import alexnet, lenet, small, vgg
from cnnlessons.errors import unknown


class Catalogue(dict):
    """Networks by id; an unknown id suggests the nearest."""

    def __missing__(self, id):
        raise unknown("network", id, self)


CATALOGUE = Catalogue((arch.id, arch) for part in (lenet, alexnet, vgg, small) for arch in part.NETWORKS)
