"""What can go wrong between the warehouse and a release.

ExportError
├── ReleasesLockedError     another process is cutting a release in this folder
├── GateFailedError         a gate refused the draft; nothing was published
├── ReleaseDamagedError     a published release is not what was written
└── DeltaMismatchError      a delta does not start from the articles it was given
"""


class ExportError(Exception):
    """Root of this package's errors; the message is one line for people."""


class ReleasesLockedError(ExportError):
    """Another process is cutting a release in this folder; the message names its pid."""


class GateFailedError(ExportError):
    """A gate refused the draft; no data became visible and no pointer moved. The message names gate and cause."""


class ReleaseDamagedError(ExportError):
    """A published release is not what was written; the message names release and file."""


class DeltaMismatchError(ExportError):
    """A delta does not start from the articles it was given; the message names the first article at odds."""
