"""What a training step needs in memory, counted and watched. Used by memory-and-cost, cost-and-time and two-gpus."""

from cnnlessons.memory.blocks import reserved
from cnnlessons.memory.counting import MIB, Memory, Saved, saved_bytes, saved_for_backward, training_memory
from cnnlessons.memory.live import Live, watch_steps

__all__ = [
    "MIB",
    "Live",
    "Memory",
    "Saved",
    "reserved",
    "saved_bytes",
    "saved_for_backward",
    "training_memory",
    "watch_steps",
]
