"""LeNet-5, AlexNet and VGG as data: trace them, build them, train them, draw them."""
