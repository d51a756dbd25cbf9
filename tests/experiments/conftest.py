import pytest
import torch


@pytest.fixture(autouse=True)
def one_thread():
    """Tiny runs are as fast on one thread, and do not slow down beside other processes."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
