"""CATALOGUE: every network of the book by its id, each written once."""

from cnnlessons.errors import unknown
from cnnlessons.networks.catalogue import alexnet, lenet, mini, vgg


class Catalogue(dict):
    """Networks by id; an unknown id suggests the nearest."""

    def __missing__(self, id):
        raise unknown("network", id, self)


CATALOGUE = Catalogue((arch.id, arch) for part in (lenet, alexnet, vgg, mini) for arch in part.NETWORKS)
