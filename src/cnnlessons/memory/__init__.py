"""What a training step needs in memory, counted and watched. Used by memory-and-cost and two-gpus."""

from cnnlessons.memory.blocks import reserved, reserved_until_2019
from cnnlessons.memory.counting import MIB, Keep, Memory, keeps, kept, memory
from cnnlessons.memory.live import Live

__all__ = ["MIB", "Keep", "Live", "Memory", "keeps", "kept", "memory", "reserved", "reserved_until_2019"]
