"""What looks: a function a check, registered under the claims it settles. One subject a file."""

from cnnlessons.claims.checks import (
    activations,
    alexnet,
    dropout,
    lenet,
    listings,
    norm,
    published,
    recorded,
    vgg,
    windows,
)

__all__ = ["activations", "alexnet", "dropout", "lenet", "listings", "norm", "published", "recorded", "vgg", "windows"]
