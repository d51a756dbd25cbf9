"""The experiments of the book by id, one file per part; a new row is all it takes."""

from cnnlessons.experiments.declared import alexnet, lenet, vgg

EXPERIMENTS = {experiment.id: experiment for part in (lenet, alexnet, vgg) for experiment in part.EXPERIMENTS}

__all__ = ["EXPERIMENTS"]
