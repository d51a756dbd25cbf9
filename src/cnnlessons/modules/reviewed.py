"""An AlexNet as people write it, with four faults in it: what the lesson "Review four AlexNets" reviews.

The layers are right; what happens between them is not. Not for use anywhere else.
"""

from torch import Tensor, nn
from torch.nn import functional as F


class Layers(nn.Module):
    """AlexNet's eight layers with weights, in one column: right, and as in the paper but for the groups."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 96, 11, stride=4)
        self.conv2 = nn.Conv2d(96, 256, 5, padding=2)
        self.conv3 = nn.Conv2d(256, 384, 3, padding=1)
        self.conv4 = nn.Conv2d(384, 384, 3, padding=1)
        self.conv5 = nn.Conv2d(384, 256, 3, padding=1)
        self.fc1 = nn.Linear(6 * 6 * 256, 4096)
        self.fc2 = nn.Linear(4096, 4096)
        self.fc3 = nn.Linear(4096, 1000)


class AlexNet(Layers):
    """What comes out is None; three more faults are in the lines before."""

    def forward(self, x: Tensor) -> None:
        """Takes (N, 3, 227, 227), and gives nothing back."""
        x = F.max_pool2d(F.relu(self.conv1(x)), 3, stride=2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 3, stride=2)
        x = F.relu(self.conv3(x))
        x = F.relu(self.conv4(x))
        x = F.max_pool2d(F.relu(self.conv5(x)), 3, stride=2)
        x = x.view(-1, 6 * 6 * 256)
        x = self.fc1(F.dropout(x, p=0.5))
        x = F.relu(F.dropout(x, p=0.5))
        x = F.relu(self.fc2(x))
        x = F.softmax(self.fc3(x), dim=1)
