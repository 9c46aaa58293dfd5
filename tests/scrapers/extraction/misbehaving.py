"""Extractions that a worker process cannot survive; which one is chosen by the page's body."""

import ctypes
import time

from scrapers.extraction.extract import extract
from scrapers.extraction.language import _identifier
from scrapers.records import Capture, Extraction
from scrapers.registry import Source


def misbehave(capture: Capture, source: Source) -> Extraction:
    """Hang, crash, exhaust memory or raise when the body says so; else extract."""
    match capture.body:
        case b"hang":
            time.sleep(3600)
        case b"segfault":
            ctypes.string_at(0)
        case b"memory":
            bytearray(64 * 2**30)
        case b"raise":
            raise RuntimeError("a fault of ours")
        case b"say what is read":
            raise RuntimeError(f"{_identifier.cache_info().currsize} model read")
    return extract(capture, source)
