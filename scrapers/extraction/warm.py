"""What extraction workers need, loaded once: in the process from which they are forked (`scrapers.extraction.workers`).

The one module whose import does something, since it reads the model of languages: multiprocessing's fork server takes
nothing but a list of modules.
"""

import scrapers.extraction.workers  # noqa: F401 - and with it everything that extracts
from scrapers.extraction.language import detect_language

detect_language("warm up: the model is read now, outside the time of the first page", ())
