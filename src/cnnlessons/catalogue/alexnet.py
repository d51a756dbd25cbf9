"""AlexNet of 2012, and torchvision's one-column relative."""

from cnnlessons.arch import Arch
from cnnlessons.layers import LRN, AdaptiveAvgPool, Conv, Dropout, Flatten, Linear, MaxPool, ReLU

ALEXNET = Arch(
    "alexnet-2012", "AlexNet as in Krizhevsky et al. 2012", (3, 227, 227),  # 55×55 maps need 227, not the printed 224
    (
        Conv("conv1", 96, 11, s=4), ReLU("relu1"), LRN("norm1"), MaxPool("pool1", 3, s=2),
        Conv("conv2", 256, 5, p=2, groups=2), ReLU("relu2"), LRN("norm2"), MaxPool("pool2", 3, s=2),
        Conv("conv3", 384, 3, p=1), ReLU("relu3"),
        Conv("conv4", 384, 3, p=1, groups=2), ReLU("relu4"),
        Conv("conv5", 256, 3, p=1, groups=2), ReLU("relu5"), MaxPool("pool5", 3, s=2),
        Flatten("flatten"),
        Linear("fc6", 4096), ReLU("fc6_act"), Dropout("drop6"),
        Linear("fc7", 4096), ReLU("fc7_act"), Dropout("drop7"),
        Linear("fc8", 1000),
    ),
    "Krizhevsky et al. 2012, Sect. 3", init="krizhevsky2012",
)

TORCHVISION = Arch(
    "alexnet-torchvision", "torchvision's AlexNet", (3, 224, 224),
    (
        Conv("features.0", 64, 11, s=4, p=2), ReLU("features.1"), MaxPool("features.2", 3, s=2),
        Conv("features.3", 192, 5, p=2), ReLU("features.4"), MaxPool("features.5", 3, s=2),
        Conv("features.6", 384, 3, p=1), ReLU("features.7"),
        Conv("features.8", 256, 3, p=1), ReLU("features.9"),
        Conv("features.10", 256, 3, p=1), ReLU("features.11"), MaxPool("features.12", 3, s=2),
        AdaptiveAvgPool("avgpool", 6), Flatten("flatten"),
        Dropout("classifier.0"), Linear("classifier.1", 4096), ReLU("classifier.2"),
        Dropout("classifier.3"), Linear("classifier.4", 4096), ReLU("classifier.5"),
        Linear("classifier.6", 1000),
    ),
    "torchvision.models.alexnet, after Krizhevsky 2014",
)

NETWORKS = (ALEXNET, TORCHVISION)
