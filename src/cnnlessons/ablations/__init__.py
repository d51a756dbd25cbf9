"""The experiments of the book, by id: `EXPERIMENTS["E02-activations"]`. One table a part; a new row is all it takes."""

from cnnlessons.ablations import alexnet, lenet, vgg
from cnnlessons.ablations.experiment import Experiment, Variant

EXPERIMENTS = {experiment.id: experiment for part in (lenet, alexnet, vgg) for experiment in part.EXPERIMENTS}

__all__ = ["EXPERIMENTS", "Experiment", "Variant"]
