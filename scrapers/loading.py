"""Loading large libraries in a process that was started to do one thing."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Import, for the length of a with block, without looking for garbage: what libraries make stays.

    The looking takes a tenth of the start of a crawl, and of a flow (measured 2026-11-25). What is there at the end is
    never looked at again.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
