"""Start a program that dies with its parent and keeps to its limits.

    launch.py PARENT SIGNAL MEMORY_MB PROGRAM [ARG…]

A step between fork and exec, run with `python -I -S` (about 20 ms): code of our own between fork and exec of a process
with threads (a Prefect flow has several) can deadlock, so `preexec_fn` is not used. Linux only. The kernel sends SIGNAL
to the program when PARENT ends for any reason; MEMORY_MB bounds its address space, 0 for no bound.
"""

import ctypes
import os
import resource
import sys

_PR_SET_PDEATHSIG = 1
"""<linux/prctl.h>."""


def main(arguments: list[str]) -> None:
    """Become the program. Does not return."""
    parent, signal_number, memory_mb = (int(argument) for argument in arguments[:3])
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:  # it ended before we asked to be told
        sys.exit(1)
    if memory_mb:
        limit = memory_mb * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    os.execv(arguments[3], arguments[3:])  # noqa: S606 - the caller's own program, with an argument list


if __name__ == "__main__":
    main(sys.argv[1:])
