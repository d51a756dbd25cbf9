"""Compile engine.c to engine.wasm: `python -m cnnlessons.live.build`. Needs ziglang, a compiler from PyPI."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
FLAGS = (
    "-target wasm32-freestanding -O2 -msimd128 -fno-unroll-loops -fno-vectorize -fno-slp-vectorize -nostdlib "
    "-fno-builtin -Wall -Wextra -Werror -Wno-missing-field-initializers "
    "-Wl,--no-entry -Wl,--strip-all -Wl,-z,stack-size=65536"
)


def compile_engine(to: Path) -> None:
    """Write the engine to `to`; the same compiler makes the same bytes. Raises CalledProcessError."""
    command = [sys.executable, "-m", "ziglang", "cc", *FLAGS.split(), "-o", str(to), str(HERE / "engine.c")]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    compile_engine(HERE / "engine.wasm")
