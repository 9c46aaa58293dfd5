"""Loading large libraries in a process that was started to do one thing."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Switch garbage collection off while a with block imports: what libraries create on import stays anyway.

    Collecting takes a tenth of the start of a crawl, and of a flow (measured 2026-11-25). What exists at the end of the
    block is left out of later collections, too.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
