"""The page engine against PyTorch, ConvNetJS and TensorFlow.js: one LeNet, batch 16, one core, all in one run.

`make bench` runs it on a quiet machine. Every side has the same layers, weights and digits (the first losses are
compared, so that no side trains something else), a process of its own on the same core, and its turn in every round;
the medians count. PyTorch's side is its plain loop on one thread: nn.Sequential, zero_grad, backward, SGD with
momentum. ConvNetJS and TensorFlow.js come from npm into a temporary folder; where npm, Node or Chromium is missing,
rows are left out and a sentence says so. Printed: images a second of whole training steps and of the forward pass
alone, seconds from loading the library to the end of the first step, and seconds of training until 95 % of 1,000
held-out digits are right.
"""

import argparse
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
NETWORK, BATCH, LR, MOMENTUM = "lenet-002-relu", 16, 0.02, 0.9
GOAL, EVERY = 0.95, 25  # share of the held-out digits that are right; steps between two looks at it
NPM = {
    "convnetjs": "0.3.0",
    "@tensorflow/tfjs": "4.22.0",
    "@tensorflow/tfjs-backend-wasm": "4.22.0",
}
PYTORCH, ENGINE, CHROMIUM = "PyTorch, 1 thread", "page engine, Node", "page engine, Chromium"
CONVNETJS, TFJS, WASM = "ConvNetJS, Node", "TensorFlow.js, cpu", "TensorFlow.js, wasm"
OF_NPM = {CONVNETJS: "convnetjs", TFJS: "tfjs", WASM: "tfjs-wasm"}
NEAR = 1e-3  # relative difference of the first losses that float32 and float64 explain


def given(images: int) -> dict[str, object]:
    """What every side starts from: the network, its weights, digits, and how it is trained."""
    import torch

    from cnnlessons import CATALOGUE, build, load

    arch = CATALOGUE[NETWORK].change(softmax=None)
    weights = {name: value.flatten().tolist() for name, value in build(arch, seed=0).state_dict().items()}
    data = load("mnist-5k")
    coded = {}
    for name, part in (("train", data.train), ("test", data.test)):
        order = torch.randperm(len(part), generator=torch.Generator().manual_seed(0))[:images]
        values = {"pixels": part.x[order], "labels": part.y[order].byte()}
        coded[name] = {key: base64.b64encode(value.numpy().tobytes()).decode() for key, value in values.items()}
    return {"arch": arch.as_dict(), "weights": weights, "batch": BATCH, "lr": LR, "momentum": MOMENTUM, **coded}


class PyTorch:
    """Its side: the loop that people write."""

    def __init__(self, given: dict):
        import torch  # here, because loading it is part of what is measured
        from torch import nn

        torch.set_num_threads(1)

        def digits(part):
            pixels, labels = (
                torch.frombuffer(bytearray(base64.b64decode(part[name])), dtype=torch.uint8)
                for name in ("pixels", "labels")
            )
            return pixels.view(-1, *given["arch"]["input"]).float() / 255, labels.long()

        layers, maps, units = {}, given["arch"]["input"][0], None
        for layer in given["arch"]["layers"]:
            name, kind = layer["name"], layer["type"]
            if kind == "Conv":
                layers[name] = nn.Conv2d(maps, layer["maps"], layer["k"])
                maps = layer["maps"]
            elif kind == "Linear":
                units = units or len(given["weights"][f"{name}.weight"]) // layer["units"]
                layers[name] = nn.Linear(units, layer["units"])
                units = layer["units"]
            else:
                layers[name] = {"ReLU": nn.ReLU, "Flatten": nn.Flatten, "MaxPool": nn.MaxPool2d}[kind](
                    *([layer["k"]] if kind == "MaxPool" else [])
                )
        self.torch, self.model = torch, nn.Sequential()
        for name, layer in layers.items():
            self.model.add_module(name, layer)
        shapes = {name: value.shape for name, value in self.model.state_dict().items()}
        weights = {name: torch.tensor(given["weights"][name]).view(shape) for name, shape in shapes.items()}
        self.model.load_state_dict(weights)
        self.criterion = nn.CrossEntropyLoss()
        self.optimiser = torch.optim.SGD(self.model.parameters(), given["lr"], given["momentum"])
        self.x, self.y = digits(given["train"])
        self.test_x, self.test_y = digits(given["test"])
        self.batch, self.at = given["batch"], 0

    def next(self):
        """Batches in a row, round and round."""
        if self.at + self.batch > len(self.y):
            self.at = 0
        part = slice(self.at, self.at + self.batch)
        self.at += self.batch
        return self.x[part], self.y[part]

    def step(self) -> float:
        """One step of training, and its loss."""
        x, y = self.next()
        self.optimiser.zero_grad()
        loss = self.criterion(self.model(x), y)
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def forward(self) -> None:
        """A batch forward."""
        with self.torch.no_grad():
            self.model(self.next()[0])

    def evaluate(self) -> float:
        """The share of held-out digits that are right."""
        with self.torch.no_grad():
            return (self.model(self.test_x).argmax(1) == self.test_y).float().mean().item()


def timed(one: Callable[[], object], request: dict) -> dict[str, float]:
    """Call `one` for so many seconds, at least once."""
    begin, steps = time.perf_counter(), 0
    while not steps or time.perf_counter() - begin < request["seconds"]:
        one()
        steps += 1
    return {"seconds": time.perf_counter() - begin, "steps": steps}


def answer(side: PyTorch, request: dict) -> dict[str, object]:
    """What a side of live.mjs answers, for PyTorch."""
    if request["do"] != "goal":
        return timed(side.step if request["do"] == "train" else side.forward, request)
    seconds = 0.0
    for steps in range(0, request["most"], request["every"]):
        begin = time.perf_counter()
        for _ in range(request["every"]):
            side.step()
        seconds += time.perf_counter() - begin
        if side.evaluate() >= request["goal"]:
            return {"seconds": seconds, "steps": steps + request["every"]}
    return {"seconds": None, "steps": request["most"]}


def serve_pytorch(file: str) -> None:
    """In a process of its own: answer the requests on standard input."""
    read, side = json.loads(Path(file).read_text(encoding="utf-8")), None
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "start":
            begin = time.perf_counter()
            side = PyTorch(read)
            losses = [side.step()]
            said = {"seconds": time.perf_counter() - begin, "losses": [*losses, side.step(), side.step()]}
        else:
            said = answer(side, request)
        print("=", json.dumps(said), flush=True)


class Process:
    """A side in a process that answers requests, a line of JSON each."""

    def __init__(self, command: list[object]):
        self.process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def ask(self, do: str, **more: object) -> dict:
        """The answer; what a library prints besides is passed over."""
        self.process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith("= "):
                return json.loads(line[2:])
        sys.exit(f"bench: a side ended instead of answering {do!r}; see its error above")

    def close(self) -> None:
        """Let the process end."""
        self.process.stdin.close()
        self.process.wait()


class InChromium:
    """The page engine in a page, answering the same requests."""

    def __init__(self, browser, folder: Path, given: dict):
        self.page = browser.new_page()
        engine, side = (folder / "engine.mjs").read_text("utf-8"), (HERE / "live.mjs").read_text("utf-8")
        wasm = base64.b64encode((folder / "engine.wasm").read_bytes()).decode()
        self.page.evaluate(
            """async ([engine, side, wasm, given]) => {
                const module = (text) => import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
                const place = async () => ({ load: (await module(engine)).load,
                    wasm: Uint8Array.from(atob(wasm), (letter) => letter.charCodeAt()) });
                window.side = (await module(side)).answers("engine", given, place);
            }""",
            [engine, side, wasm, given],
        )

    def ask(self, do: str, **more: object) -> dict:
        """The answer."""
        return self.page.evaluate("(request) => side[request.do](request)", {"do": do, **more})

    def close(self) -> None:
        """Close the page."""
        self.page.close()


def from_npm(folder: Path) -> str:
    """Install what NPM names; returns '' or the sentence that says why not."""
    if not shutil.which("npm"):
        return "there is no npm on the PATH"
    wanted = [f"{name}@{version}" for name, version in NPM.items()]
    command = [
        "npm",
        "install",
        "--no-save",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--prefix",
        folder,
        *wanted,
    ]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=folder)
    return "" if done.returncode == 0 else f"npm could not install them: {(done.stderr.strip() or '?').splitlines()[0]}"


def write_files(folder: Path, images: int) -> dict:
    """The engine as one module, its bytes, and what all sides are given."""
    from cnnlessons.widgets import bundle
    from cnnlessons.widgets.assets import asset
    from cnnlessons.widgets.base import HERE as WIDGETS

    made = given(images)
    (folder / "engine.mjs").write_text(bundle.bundle(WIDGETS.parent / "live/engine.js"), encoding="utf-8")
    (folder / "engine.wasm").write_bytes(asset("engine"))
    (folder / "given.json").write_text(json.dumps(made), encoding="utf-8")
    return made


def one_core() -> str:
    """Keep this process, and those that it starts, on one core; says which."""
    if not hasattr(os, "sched_setaffinity"):
        return "NOT held to one core, which only Linux can"
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return f"one core (number {core})"


def versions(folder: Path, browser) -> str:
    """Of everything that is compared."""
    import torch

    said = [f"torch {torch.__version__}", f"Python {sys.version.split()[0]}"]
    if shutil.which("node"):
        said.append(f"Node {subprocess.check_output(['node', '--version'], text=True).strip().removeprefix('v')}")
    if browser:
        said.append(f"Chromium {browser.version}")
    for name in NPM:
        if (package := folder / "node_modules" / name / "package.json").exists():
            said.append(f"{name} {json.loads(package.read_text(encoding='utf-8'))['version']}")
    return ", ".join(said)


def sides(folder: Path, npm: bool, stack: ExitStack) -> tuple[dict[str, Callable], dict[str, str], object]:
    """How to start each side, why others are left out, and the browser."""
    sys.path.insert(0, str(HERE.parents[1] / "tools"))
    from chromium import WANTED, found, running

    file = folder / "given.json"
    made: dict[str, Callable] = {PYTORCH: lambda: Process([sys.executable, __file__, "--serve", file])}
    left: dict[str, str] = {}
    node = lambda name: lambda: Process(["node", HERE / "live.mjs", name, file, folder])  # noqa: E731
    if shutil.which("node"):
        made[ENGINE] = node("engine")
    else:
        left[ENGINE] = "there is no node on the PATH"
    browser = None
    if path := found():
        browser = stack.enter_context(running(path))
        made[CHROMIUM] = lambda: InChromium(browser, folder, json.loads(file.read_text(encoding="utf-8")))
    else:
        left[CHROMIUM] = WANTED
    why = "not asked for" if not npm else left.get(ENGINE) or from_npm(folder)
    for name, side in OF_NPM.items():
        if why:
            left[name] = why
        else:
            made[name] = node(side)
    return made, left, browser


def same_training(losses: dict[str, list[float]]) -> None:
    """Stop where a side's first losses are not PyTorch's."""
    for name, found in losses.items():
        if not all(abs(one / other - 1) < NEAR for one, other in zip(found, losses[PYTORCH], strict=True)):
            sys.exit(f"bench: {name} trains something else: losses {found}, PyTorch's {losses[PYTORCH]}")


def measure(open_sides: dict, rounds: int, seconds: float) -> tuple[dict, dict, dict, dict]:
    """Images a second trained and forward, in interleaved rounds, seconds of the first step, and who cannot train."""
    starts = {name: side.ask("start") for name, side in open_sides.items()}
    cannot = {name: said["cannot"] for name, said in starts.items() if "cannot" in said}
    same_training({name: said["losses"] for name, said in starts.items() if name not in cannot})
    rates: dict[str, dict[str, list[float]]] = {"train": {}, "forward": {}}
    for turn in range(rounds + 1):  # the first is for warming up
        for do, rated in rates.items():
            for name, side in open_sides.items():
                if do == "train" and name in cannot:
                    continue
                said = side.ask(do, seconds=seconds)
                if turn:
                    rated.setdefault(name, []).append(BATCH * said["steps"] / said["seconds"])
    first = {name: said["seconds"] for name, said in starts.items() if name not in cannot}
    trained, forward = ({name: median(values) for name, values in rated.items()} for rated in rates.values())
    return trained, forward, first, cannot


def table(train: dict, forward: dict, first: dict, goals: dict, cannot: dict, names: list[str]) -> list[str]:
    """A line a side; ratios are of images trained a second."""
    against = {name: train[name] for name in (PYTORCH, CONVNETJS, TFJS) if name in train}
    head = "".join(f"{'× ' + name.split(',')[0]:>17}" for name in against)
    lines = [f"{'':24}{'images/s trained':>18}{head}{'forward only':>14}{'first step, s':>15}{'to 95 %, s':>12}"]
    for name in names:
        ratios = "".join(
            f"{train[name] / other:17.3g}" if name in train else f"{'–':>17}" for other in against.values()
        )
        trained = f"{train[name]:18,.0f}" if name in train else f"{'cannot':>18}"
        begun = f"{first[name]:15.2f}" if name in first else f"{'–':>15}"
        goal = f"{goals[name]:12.2f}" if goals.get(name) else f"{'–':>12}"
        lines.append(f"{name:24}{trained}{ratios}{forward[name]:14,.0f}{begun}{goal}")
    return [*lines, *(f"{name} cannot train this network: {why}" for name, why in cannot.items())]


def main(argv: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2.0, help="that each side trains in a round")
    parser.add_argument("--images", type=int, default=4000, help="training digits, and at most held-out ones")
    parser.add_argument("--most", type=int, default=5000, help="steps on the way to the goal")
    parser.add_argument("--without-npm", action="store_true", help="leave out what comes from npm")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.serve:
        return serve_pytorch(args.serve)
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        folder = Path(scratch)
        made = write_files(folder, args.images)
        starters, left, browser = sides(folder, not args.without_npm, stack)
        where = one_core()
        print(f"{NETWORK}: {sum(map(len, made['weights'].values())):,} parameters, batch {BATCH}, {where}, ", end="")
        print(f"medians of {args.rounds} rounds; load average {os.getloadavg()[0]:.1f}")
        print(versions(folder, browser), flush=True)
        open_sides = {}
        for name, start in starters.items():
            open_sides[name] = start()
            stack.callback(open_sides[name].close)
        train, forward, first, cannot = measure(open_sides, args.rounds, args.seconds)
        goals = {}
        for name in (PYTORCH, ENGINE, CHROMIUM):
            if name in starters:
                anew = starters[name]()
                anew.ask("start")
                goals[name] = anew.ask("goal", goal=GOAL, every=EVERY, most=args.most)["seconds"]
                anew.close()
        print("\n".join(table(train, forward, first, goals, cannot, list(starters))))
        for name, why in left.items():
            print(f"{name} is left out: {why}.")


if __name__ == "__main__":
    main()
