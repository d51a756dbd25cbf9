"""Error rates on ImageNet's 1,000 classes, as papers print them: each with its images and its number of networks.

Quoted, nothing here is computed. Used by the lesson on error rates, and by the checks of claims about them.
"""

from dataclasses import dataclass

IMAGES = {"2010 test": 150_000, "2011 test": 100_000, "2012 val": 50_000, "2012 test": 100_000}  # by the contest pages
OFFICIAL = {"SuperVision, extra data": 0.15315, "SuperVision": 0.16422, "ISI": 0.26172}  # results page of 2012, top-5


@dataclass(frozen=True)
class Rate:
    """One system on one set of images, in per cent."""

    year: int  # of the result
    images: str  # a name of IMAGES
    system: str
    networks: int | None  # how many were averaged; None for hand-made features
    top1: float | None  # None where only top-5 is given
    top5: float
    source: str


PAPER, VGG = "Krizhevsky 2012, ", "Simonyan 2015, Tab. 7"
RATES = (
    Rate(2010, "2010 test", "sparse coding", None, 47.1, 28.2, PAPER + "Tab. 1"),
    Rate(2011, "2010 test", "SIFT and Fisher vectors", None, 45.7, 25.7, PAPER + "Tab. 1"),
    Rate(2011, "2011 test", "XRCE, Fisher vectors", None, None, 25.8, "Russakovsky 2015"),
    Rate(2012, "2012 test", "ISI, Fisher vectors", None, None, 26.2, PAPER + "Tab. 2"),
    Rate(2012, "2010 test", "AlexNet, one crop", 1, 39.0, 18.3, PAPER + "footnote 5"),
    Rate(2012, "2010 test", "AlexNet, ten crops", 1, 37.5, 17.0, PAPER + "Tab. 1"),
    Rate(2012, "2012 val", "AlexNet", 1, 40.7, 18.2, PAPER + "Tab. 2"),
    Rate(2012, "2012 val", "five similar CNNs", 5, 38.1, 16.4, PAPER + "Tab. 2"),
    Rate(2012, "2012 test", "five similar CNNs", 5, None, 16.4, PAPER + "Tab. 2"),
    Rate(2012, "2012 val", "larger, pre-trained", 1, 39.0, 16.6, PAPER + "Tab. 2"),
    Rate(2012, "2012 val", "five and two pre-trained", 7, 36.7, 15.4, PAPER + "Tab. 2"),
    Rate(2012, "2012 test", "five and two pre-trained", 7, None, 15.3, PAPER + "Tab. 2"),
    Rate(2013, "2012 test", "Clarifai", 1, None, 12.5, VGG),
    Rate(2014, "2012 test", "VGG, as submitted", 7, None, 7.3, VGG),
    Rate(2014, "2012 test", "GoogLeNet", 7, None, 6.7, VGG),
)


def rate(images: str, system: str) -> Rate:
    """The one rate of that system on those images."""
    [one] = [one for one in RATES if (one.images, one.system) == (images, system)]
    return one
