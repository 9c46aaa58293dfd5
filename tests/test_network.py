"""The suite itself runs without a network, so that no test can pass by calling out."""

import errno
import os
import socket

import pytest


@pytest.mark.skipif(os.geteuid() != 0, reason="a network namespace of its own needs root")
def test_nothing_outside_this_machine_can_be_reached() -> None:
    with socket.socket() as outgoing, pytest.raises(OSError, match="unreachable") as refused:
        outgoing.connect(("192.0.2.1", 443))  # an address of documentation, RFC 5737

    assert refused.value.errno == errno.ENETUNREACH
