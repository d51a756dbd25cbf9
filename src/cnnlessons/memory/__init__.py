"""What a training step needs in memory, counted and watched. Used by memory-and-cost and two-gpus."""

from cnnlessons.memory.blocks import reserved, reserved_until_2019
from cnnlessons.memory.counting import MIB, Memory, Saved, saved_bytes, saved_for_backward, training_memory
from cnnlessons.memory.live import Live

__all__ = [
    "MIB",
    "Live",
    "Memory",
    "Saved",
    "reserved",
    "reserved_until_2019",
    "saved_bytes",
    "saved_for_backward",
    "training_memory",
]
