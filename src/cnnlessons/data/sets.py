"""The sets `load` knows: names, counts, digests, where they lie and where they are downloaded from, as data."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from cnnlessons.data.readers import cifar, folders, idx
from cnnlessons.data.readers.contents import Contents


@dataclass(frozen=True)
class Remote:
    """A file to download: its name and its addresses, tried in this order."""

    name: str
    urls: tuple[str, ...]


Reader = Callable[[Path, "Known", int | None], Contents]  # (file or folder, set, side of the images or None)


@dataclass(frozen=True)
class Known:
    """What is known of a set before anything is read."""

    title: str
    classes: tuple[str, ...]
    shape: tuple[int, int, int]  # (C, H, W) of one image
    train: tuple[int, ...]  # images of each class
    test: tuple[int, ...]
    digests: Mapping[str, str]  # file name (MNIST: as unpacked) → "algorithm:hex"
    largest: int  # bytes of the largest file to download (MNIST: as unpacked)
    # (pattern under CNNLESSONS_DATA, reader), the best first; a final / means a folder
    places: tuple[tuple[str, Reader], ...]
    remote: Callable[[], Iterable[Remote]]  # called only to download: it imports torchvision
    downloaded: tuple[str, Reader]  # (what is read of the downloaded files, reader); "." is their folder
    folders: tuple[str, ...] = ()  # class folders in label order
    resizable: bool = False  # takes `size`
    # digest of the class folders of a known copy → what must be said of it
    copies: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def _mnist_files(name: str) -> tuple[Remote, ...]:
    """The files of torchvision.datasets.MNIST or FashionMNIST on each of its mirrors."""
    from torchvision import datasets

    cls = getattr(datasets, name)
    return tuple(Remote(file, tuple(f"{mirror}{file}" for mirror in cls.mirrors)) for file, _ in cls.resources)


def _cifar10_files() -> tuple[Remote, ...]:
    from torchvision.datasets import CIFAR10

    return (Remote(CIFAR10.filename, (CIFAR10.url,)),)


def _imagenette_files() -> tuple[Remote, ...]:
    """The 320-pixel archive (341 MB): enough for 224×224, and a quarter of the full one."""
    from torchvision.datasets import Imagenette

    url, _ = Imagenette._ARCHIVES["320px"]
    return (Remote("imagenette2-320.tgz", (url,)),)


WNIDS = {  # WordNet id → class, in label order; torchvision.datasets.Imagenette gives the same names first
    "n01440764": "tench",
    "n02102040": "English springer",
    "n02979186": "cassette player",
    "n03000684": "chain saw",
    "n03028079": "church",
    "n03394916": "French horn",
    "n03417042": "garbage truck",
    "n03425413": "gas pump",
    "n03445777": "golf ball",
    "n03888257": "parachute",
}
CIFAR10_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

KNOWN = {
    "mnist": Known(
        title="MNIST",
        classes=tuple("0123456789"),
        shape=(1, 28, 28),
        train=(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949),
        test=(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009),
        digests={
            "train-images-idx3-ubyte": "sha256:ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "train-labels-idx1-ubyte": "sha256:65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "t10k-images-idx3-ubyte": "sha256:0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "t10k-labels-idx1-ubyte": "sha256:ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        },
        largest=16 + 60_000 * 28 * 28,
        places=(("MNIST/raw/", idx.read), ("mnist/", idx.read)),
        remote=lambda: _mnist_files("MNIST"),
        downloaded=(".", idx.read),
    ),
    "fashion-mnist": Known(
        title="Fashion-MNIST",
        classes=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        shape=(1, 28, 28),
        train=(6000,) * 10,
        test=(1000,) * 10,
        digests={
            "train-images-idx3-ubyte": "sha256:c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "train-labels-idx1-ubyte": "sha256:bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "t10k-images-idx3-ubyte": "sha256:5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "t10k-labels-idx1-ubyte": "sha256:0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        },
        largest=16 + 60_000 * 28 * 28,
        places=(("FashionMNIST/raw/", idx.read), ("fashion-mnist/", idx.read)),
        remote=lambda: _mnist_files("FashionMNIST"),
        downloaded=(".", idx.read),
    ),
    "cifar10": Known(
        title="CIFAR-10",
        classes=CIFAR10_CLASSES,
        folders=CIFAR10_CLASSES,
        shape=(3, 32, 32),
        train=(5000,) * 10,
        test=(1000,) * 10,
        digests={  # the md5s are those torchvision.datasets.CIFAR10 checks
            "cifar-10-python.tar.gz": "sha256:6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
            "data_batch_1": "md5:c99cafc152244af753f735de768cd75f",
            "data_batch_2": "md5:d4bba439e000b95fd0a9bffe97cbabec",
            "data_batch_3": "md5:54ebc095f3ab1f0389bbae665268c751",
            "data_batch_4": "md5:634d18415352ddfa80567beed471001a",
            "data_batch_5": "md5:482c414d41f54cd18b22e5b47cb7c3cb",
            "test_batch": "md5:40351d587109b95175f43aff81a1287e",
            "cifar10-jpeg.tar.gz": "sha256:2fd4a6305385268e42e9f8cfd3c8b52f70d30c76ae52f12fbfde6bccc5c08df8",
        },
        largest=170_498_071,
        places=(
            ("cifar10/cifar-10-batches-py/", cifar.read),
            ("cifar10/cifar-10-python.tar.gz", cifar.read),
            ("cifar-10-batches-py/", cifar.read),
            ("cifar-10-python.tar.gz", cifar.read),
            ("cifar10/cifar10*.t*", folders.read),
            ("cifar10/", folders.read),
        ),
        remote=_cifar10_files,
        downloaded=("cifar-10-python.tar.gz", cifar.read),
        copies={"f10d4c9e536a564f17fa5e8d68ba087d1235e60cd1f21700e11ff43f0647bbb0": "CIFAR-10 (JPEG copy)"},
    ),
    "imagenette": Known(
        title="Imagenette",
        classes=tuple(WNIDS.values()),
        folders=tuple(WNIDS),
        shape=(3, 224, 224),
        train=(963, 955, 993, 858, 941, 956, 961, 931, 951, 960),
        test=(387, 395, 357, 386, 409, 394, 389, 419, 399, 390),
        digests={  # the md5s are those of torchvision.datasets.Imagenette
            "imagenette2-224.tar.gz": "sha256:4321773e84f06e1ceaad7989222294a5ba9918616d4e2f39ba3aba1ed58f2338",
            "imagenette2.tgz": "md5:fe2fc210e6bb7c5664d602c3cd71e612",
            "imagenette2-320.tgz": "md5:3df6f0d01a2c9592104656642f5e78a3",
            "imagenette2-160.tgz": "md5:e793b78cc4c9e9a4ccc0c1155377a412",
        },
        largest=341_663_724,
        # Archives first: torchvision accepts a half-unpacked folder beside its archive, we need not.
        places=(
            ("imagenette*/imagenette2*.t*", folders.read),
            ("imagenette2*.t*", folders.read),
            ("imagenette*/imagenette2*/", folders.read),
            ("imagenette2*/", folders.read),
            ("imagenette*/", folders.read),
        ),
        remote=_imagenette_files,
        downloaded=("imagenette2-320.tgz", folders.read),
        resizable=True,
        copies={"14417cb652ec034682d433acad09b8d9909aab5bedf24d11b3a1b2c53ba75739": "Imagenette squashed to 224×224"},
    ),
}
