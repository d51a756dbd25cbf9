"""Experiments: a question, named changes and seeds; how they are run, and the records they leave."""

from cnnlessons.experiments import records
from cnnlessons.experiments.convergence import Convergence
from cnnlessons.experiments.declared import EXPERIMENTS
from cnnlessons.experiments.experiment import Experiment, Variant
from cnnlessons.experiments.measures import MEASURES, dead_units, weight_gradients
from cnnlessons.experiments.plan import Plan
from cnnlessons.experiments.records import Record, RecordError, summarise
from cnnlessons.experiments.runners import make

__all__ = [
    "EXPERIMENTS",
    "MEASURES",
    "Convergence",
    "Experiment",
    "Plan",
    "Record",
    "RecordError",
    "Variant",
    "dead_units",
    "make",
    "records",
    "summarise",
    "weight_gradients",
]
