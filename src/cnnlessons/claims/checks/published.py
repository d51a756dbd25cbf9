"""Error rates as papers print them and a program logged them, and what the notes make of them: quoted, not computed."""

from math import sqrt

from cnnlessons.claims.checking import Found, check
from cnnlessons.claims.logged import run
from cnnlessons.claims.rates import RATES, rate
from cnnlessons.networks import CATALOGUE
from cnnlessons.networks.catalogue.vgg import TABLE_3
from cnnlessons.networks.layers import WithinMapLRN

ONE_NET = rate("2010 test", "AlexNet, ten crops")
SEVEN_NETS = rate("2012 test", "five and two pre-trained")
SECOND = rate("2012 test", "ISI, Fisher vectors")
LEAD = round(SECOND.top5 - SEVEN_NETS.top5, 1)
WITHOUT_LRN, WITH_LRN = (TABLE_3[name, "256"][0] for name in ("A", "A-LRN"))  # top-1


@check("000-L056c", "000-L058d", "001-L007c", "002-L063c", "004-L046b", quoted=True)
def lead() -> Found:
    """How far AlexNet was ahead in 2012."""
    return Found(
        {"about ten points ahead": 10 <= LEAD < 11.5},
        f"{SECOND.top5} − {SEVEN_NETS.top5} = {LEAD} points of top-5 error",
    )


@check("002-L065d", quoted=True)
def nearly_ten() -> Found:
    """Whether the lead is nearly ten."""
    return Found({"ahead of the second": LEAD > 0, "by less than ten points": LEAD < 10}, f"{LEAD} points")


@check("000-L058c", quoted=True)
def one_pair() -> Found:
    """Whether 37.5 and 15.3 belong to one system and one test set."""
    found = [one for one in RATES if 37.5 in (one.top1, one.top5) or 15.3 in (one.top1, one.top5)]
    return Found(
        {"37.5 and 15.3 are one result": any((one.top1, one.top5) == (37.5, 15.3) for one in found)},
        "; ".join(f"{one.system}, {one.images}" for one in found),
    )


@check("001-L009", "001-L010", quoted=True)
def pair_of_2010() -> Found:
    """Which test set 37.5 and 17.0 were measured on."""
    return Found(
        {
            "37.5 and 17.0 are one result": (ONE_NET.top1, ONE_NET.top5) == (37.5, 17.0),
            "of the contest of 2012": any(
                (one.top1, one.top5) == (37.5, 17.0) for one in RATES if one.images.startswith("2012")
            ),
        },
        "one net, ILSVRC-2010 test, error rates",
    )


@check("002-L065b", quoted=True)
def top1_accuracy() -> Found:
    """The accuracy that goes with an error of 37.5 %."""
    error = ONE_NET.top1 or 0
    accuracy = 100 - error
    return Found({"an accuracy of 37.5 %": accuracy == 37.5}, f"an error; the accuracy is {accuracy} %")


@check("002-L065c", quoted=True)
def top5_accuracy() -> Found:
    """15.3 as an accuracy, and as the partner of 37.5."""
    error, partner = SEVEN_NETS.top5, ONE_NET.top5
    return Found(
        {"an accuracy of 15.3 %": 100 - error == 15.3, "the partner of 37.5": partner == error},
        f"an error of seven nets in 2012; the partner of 37.5 is {partner}",
    )


@check("001-L092c", quoted=True)
def lrn_lowers_the_error() -> Found:
    """Top-1 error with LRN against without, in both papers."""
    alexnet, vgg = -1.4, round(WITH_LRN - WITHOUT_LRN, 1)  # Krizhevsky et al. 2012, Sect. 3.3
    return Found({"in AlexNet": alexnet < 0, "in VGG": vgg < 0}, f"{alexnet:+} and {vgg:+} points of top-1 error")


def gains(without: str, net: str = "145") -> tuple[tuple[float, float], tuple[float, float]]:
    """What one logged run had more of both errors than another, in points, and the standard errors of the differences.

    The images count as independent draws for each run.
    """
    pairs = [(getattr(run(without), top), getattr(run(net), top)) for top in ("top1", "top5")]
    errors = [100 * sqrt(sum(p * (1 - p) for p in pair) / run(net).images) for pair in pairs]
    (first, fifth), (one, five) = [100 * (a - b) for a, b in pairs], errors
    return (first, fifth), (one, five)


@check("004-L058a", quoted=True)
def lrn_alone() -> Found:
    """What the run without LRN was without."""
    (top1, top5), _ = gains("148")
    missing = [layer for layer in CATALOGUE["alexnet-2012-program"].layers if layer.kind == "norm"]
    return Found(
        {
            "1.4 and 1.2 points": (round(top1, 1), round(top5, 1)) == (1.4, 1.2),
            "it was without LRN only": not any(isinstance(layer, WithinMapLRN) for layer in missing),
        },
        f"{top1:.2f} and {top5:.2f} points, one run each, without {', '.join(layer.name for layer in missing)}",
    )


@check("004-L059", quoted=True)
def overlap_gain() -> Found:
    """Two logged runs, with and without overlap, against the luck of 50,000 images."""
    (top1, top5), (one, five) = gains("147")
    return Found(
        {
            "0.4 and 0.3 points": (round(top1, 1), round(top5, 1)) == (0.4, 0.3),
            "more than twice the standard error": top1 > 2 * one or top5 > 2 * five,
        },
        f"{top1:.2f} ± {one:.2f} and {top5:.2f} ± {five:.2f} points, one run each on {run('147').images:,} images",
    )


@check("002-L153b", "004-L094", quoted=True)
def lrn_in_vgg() -> Found:
    """VGG's A and A-LRN."""
    return Found({"no gain in VGG": WITH_LRN >= WITHOUT_LRN}, f"A {WITHOUT_LRN}, A-LRN {WITH_LRN} % top-1 error")


@check("001-L016c", quoted=True)
def image_sizes() -> Found:
    """ImageNet's images and MNIST's."""
    originals, seen = (469 / 28, 387 / 28), 224 / 28
    return Found(
        {
            "the originals are more than ten times as wide and high": min(originals) > 10,
            "what the network sees is": seen > 10,
        },
        f"{originals[0]:.0f} and {originals[1]:.0f} times; seen {seen:g} times",
    )
