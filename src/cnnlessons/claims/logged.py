"""Runs that the released AlexNet program logged: error rates, and the learning rate that was lowered by hand.

Quoted, nothing here is computed: the figures stand in comments at the end of the parameter files of "AlexNet source
code", Computer History Museum and Google, 2025, github.com/computerhistory/AlexNet-Source-Code, commit 2f8b81f. The
files are records of 2012 and early 2013; a net is named by its author's serial number. 145 is the AlexNet of the paper.
Used by the lessons on the paper and its program, on AlexNet's five numbers and on leaving one out.
"""

from dataclasses import dataclass

from cnnlessons.errors import unknown

IMAGES = {"2010 test": 150_000, "2012 validation": 50_000}  # of ILSVRC


@dataclass(frozen=True)
class Run:
    """One line of a log: the error rates of one trained network."""

    net: str  # "145", or "145-2010" for the same network trained on the images of 2010
    data: str  # a name of IMAGES
    views: int | None  # averaged views of each image; None where the line does not say
    top1: float  # share of images
    top5: float
    source: str  # "145:182": line 182 of layers/layer-params-145.cfg
    what: str

    @property
    def images(self) -> int:
        """How many images the rates are shares of."""
        return IMAGES[self.data]

    def missed(self, guesses: int = 1) -> float:
        """The number of images missed with 1 or with 5 guesses: a whole number, but for the six digits of the log."""
        return {1: self.top1, 5: self.top5}[guesses] * self.images

    def printed(self) -> tuple[float, float]:
        """Both rates in per cent, rounded as the paper prints them."""
        return round(100 * self.top1, 1), round(100 * self.top5, 1)


@dataclass(frozen=True)
class Schedule:
    """When a run's learning rate was lowered by hand. Epochs as logged, rates of the weights."""

    net: str
    source: str
    steps: tuple[tuple[int, float], ...]  # (epoch, the rate from then on)
    stopped: int
    noise_off: int | None = None  # colour noise set to 0; None where it is not logged
    conv1_frozen: int | None = None  # learning rate of conv1 set to 0

    def spans(self) -> list[tuple[int, int, float]]:
        """(first epoch, number of epochs, rate) for each rate."""
        ends = [epoch for epoch, _ in self.steps[1:]] + [self.stopped]
        return [(start, end - start, rate) for (start, rate), end in zip(self.steps, ends, strict=True)]

    def rate(self, epoch: float) -> float:
        """The rate of the weights after so many epochs. Raises `ValueError` before the first one."""
        passed = [rate for start, rate in self.steps if start <= epoch]
        if not passed:
            raise ValueError(f"net {self.net} is logged from epoch {self.steps[0][0]}, not {epoch:g}")
        return passed[-1]


TEST, VALIDATION = IMAGES
RUNS = tuple(
    Run(*row)
    for row in (
        ("145-2010", TEST, 10, 0.374727, 0.169987, "145-2010:178", "AlexNet"),
        ("145-2010", TEST, 1, 0.390247, 0.182953, "145-2010:180", "AlexNet, central view only"),
        ("145", VALIDATION, None, 0.406640, 0.182100, "145:182", "AlexNet"),
        ("146-2012-2011", VALIDATION, 10, 0.389900, 0.166220, "146-2012-2011:195", "a sixth convolution, pre-trained"),
        ("145-half", TEST, 10, 0.391680, 0.182287, "145-half:100", "one column"),
        ("147", VALIDATION, 10, 0.410580, 0.185100, "147:174", "pools do not overlap"),
        ("148", VALIDATION, 10, 0.420340, 0.193620, "148:148", "no normalisation at all"),
        ("145 continued", VALIDATION, 10, 0.402500, 0.179940, "145:203", "44 more epochs, from 0.001 again"),
        ("150", VALIDATION, 10, 0.418280, 0.193300, "150:179", "columns that never cross"),
        ("166", VALIDATION, 10, 0.410960, 0.186740, "166:203", "layer 2: normalisation before the ReLU"),
        ("167", VALIDATION, 10, 0.404880, 0.181180, "167:185", "no normalisation in layer 2"),
        ("120-2012", VALIDATION, 10, 0.410440, 0.187140, "120-2012:172", "64 first kernels, low-resolution input"),
        ("131", VALIDATION, 10, 0.409340, 0.185740, "131:175", "120, LRN directly on conv1"),
        ("135", VALIDATION, 10, 0.410700, 0.184160, "135:177", "131 with k = 2 for k = 1"),
        ("137", VALIDATION, None, 0.407820, 0.183440, "137:201", "135 with another normalisation inside each map"),
        ("155", VALIDATION, 10, 0.407440, 0.185240, "155:190", "145, rate falls smoothly"),
        ("156", VALIDATION, 10, 0.407640, 0.183500, "156:190", "145, rate falls smoothly"),
        ("157", VALIDATION, 10, 0.411140, 0.187040, "157:188", "145, rate falls smoothly"),
        ("158", VALIDATION, 10, 0.410260, 0.185380, "158:188", "145, rate falls smoothly"),
        ("160", VALIDATION, 10, 0.413740, 0.190360, "160:187", "145, rate falls in fixed steps"),
        ("169", VALIDATION, 10, 0.405960, 0.181120, "169:202", "145, rate falls in fixed steps"),
        ("170", VALIDATION, 10, 0.405280, 0.180480, "170:205", "145, rate falls in fixed steps"),
        ("171", VALIDATION, 10, 0.404200, 0.181400, "171:202", "145, rate falls in fixed steps"),
        ("174", VALIDATION, 10, 0.404380, 0.180420, "174:208", "145, rate falls in fixed steps, with jumps up"),
        ("170-quant", VALIDATION, 10, 0.405240, 0.184160, "170-quant:234", "170, half-precision messages between GPUs"),
    )
)
SCHEDULES = {
    schedule.net: schedule
    for schedule in (
        Schedule("145", "145:165", ((0, 0.01), (25, 1e-3), (51, 1e-4), (79, 1e-5)), 91, 67, 72),
        Schedule("145-2010", "145-2010:165", ((0, 0.01), (23, 1e-3), (51, 1e-4), (78, 1e-5)), 93, 68, 72),
        Schedule("145-half", "145-half:90", ((0, 0.01), (20, 1e-3), (48, 1e-4)), 96, 66, 72),
        Schedule("147", "147:165", ((0, 0.01), (23, 1e-3), (51, 1e-4), (79, 1e-5)), 90, None, 79),
        Schedule("148", "148:137", ((0, 0.01), (22, 1e-3), (44, 1e-4), (86, 1e-5)), 97, 69, 73),
        Schedule("145 continued", "145:192", ((91, 1e-3), (107, 1e-4), (124, 1e-5)), 135, 124, 72),
    )
}
# The same network with ten schedules; 170 and 174 began with the epochs of 169.
TEN_SCHEDULES = ("145", "155", "156", "157", "158", "160", "169", "170", "171", "174")


def run(net: str, views: int | None = 10) -> Run:
    """The line of that net; with `views=1` that of its central view. Raises `ValueError` if there is none."""
    for one in RUNS:
        if one.net == net and (one.views or 10) == views:
            return one
    raise unknown("logged run", net, [one.net for one in RUNS])
