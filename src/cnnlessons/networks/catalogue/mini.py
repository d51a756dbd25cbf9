"""AlexNet's plan at sizes that two CPU cores can train: what the experiments change one thing in."""

from cnnlessons.networks.arch import Arch
from cnnlessons.networks.layers import Conv, Flatten, Linear, MaxPool, ReLU

# The eight layers in about their proportions, 96 : 256 : 384 : 384 : 256 maps. Without groups, normalisation, dropout
# and augmentation: each of them is some lesson's one change.
MINI = Arch(
    "mini-alexnet",
    "AlexNet's eight layers for 32×32 pictures",
    (3, 32, 32),
    (
        Conv("conv1", 16, 5, p=2),
        ReLU("relu1"),
        MaxPool("pool1", 3, s=2),
        Conv("conv2", 32, 5, p=2),
        ReLU("relu2"),
        MaxPool("pool2", 3, s=2),
        Conv("conv3", 48, 3, p=1),
        ReLU("relu3"),
        Conv("conv4", 48, 3, p=1),
        ReLU("relu4"),
        Conv("conv5", 32, 3, p=1),
        ReLU("relu5"),
        MaxPool("pool5", 3, s=2),
        Flatten("flatten"),
        Linear("fc6", 128),
        ReLU("fc6_act"),
        Linear("fc7", 128),
        ReLU("fc7_act"),
        Linear("fc8", 10),
    ),
    "this book, after Krizhevsky et al. 2012",
    init="he",
)

# Maps of 31, 15 and 7, all odd as AlexNet's 55, 27 and 13: windows of 3 and of 2 at stride 2 return the same sizes.
ODD = Arch(
    "mini-alexnet-odd",
    "Three of AlexNet's stages on maps of odd size",
    (3, 35, 35),
    (
        Conv("conv1", 16, 5),
        ReLU("relu1"),
        MaxPool("pool1", 3, s=2),
        Conv("conv2", 32, 5, p=2),
        ReLU("relu2"),
        MaxPool("pool2", 3, s=2),
        Conv("conv3", 64, 3, p=1),
        ReLU("relu3"),
        MaxPool("pool3", 3, s=2),
        Flatten("flatten"),
        Linear("fc4", 128),
        ReLU("relu4"),
        Linear("fc5", 10),
    ),
    "this book, after Krizhevsky et al. 2012",
    init="he",
)

# It reads 28×28 windows of 32×32 images, as AlexNet reads 224×224 of 256×256: 7/8 of each side.
WINDOW = Arch(
    "mini-alexnet-28",
    "A small AlexNet for windows of 28×28",
    (3, 28, 28),
    (
        Conv("conv1", 16, 3, p=1),
        ReLU("relu1"),
        MaxPool("pool1", 3, s=2),
        Conv("conv2", 32, 3, p=1),
        ReLU("relu2"),
        MaxPool("pool2", 3, s=2),
        Conv("conv3", 48, 3, p=1),
        ReLU("relu3"),
        Flatten("flatten"),
        Linear("fc4", 128),
        ReLU("relu4"),
        Linear("output", 10),
    ),
    "this book, after Krizhevsky et al. 2012",
    init="he",
)

NETWORKS = (MINI, ODD, WINDOW)
