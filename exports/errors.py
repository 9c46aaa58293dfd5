"""What can go wrong between the warehouse and a release.

ExportError
├── ReleasesLockedError     another process is cutting a release in this folder
├── ReleaseUnwritableError  the files of a release cannot be written (disk full, no permission) or the generation read
├── GateFailedError         a gate refused the draft; nothing was published
├── ReleaseDamagedError     a published release is not what was written
├── ProfileMixedError       releases for everybody and internal ones would come together
├── DeltaMismatchError      a delta does not start from the articles it was given
├── ImprintError            a setting of where or by whom releases are published is wrong
├── SignatureError          SHA256SUMS cannot be signed, or its signature is not that of the key
├── ReleaseUnreachableError a release elsewhere cannot be read, or is not what it says
└── TargetError             a place to publish to cannot be used
    └── PublishConflictError    it holds, or is for, something else than what was to be published
"""


class ExportError(Exception):
    """Root of this package's errors; the message is one line for people."""


class ReleasesLockedError(ExportError):
    """Another process is cutting a release in this folder; the message names its pid."""


class ReleaseUnwritableError(ExportError):
    """The files of a release cannot be written, or the generation not be read; the pointer did not move."""


class GateFailedError(ExportError):
    """A gate refused the draft; no data became visible and no pointer moved. The message names gate and cause."""


class ReleaseDamagedError(ExportError):
    """A published release is not what was written; the message names release and file."""


class ProfileMixedError(ExportError):
    """Releases for everybody and internal ones would come together; the message names place and profiles."""


class DeltaMismatchError(ExportError):
    """A delta does not start from the articles it was given; the message names the first article at odds."""


class ReleaseUnreachableError(ExportError):
    """A release elsewhere cannot be read, or is not what it says; the message names the place."""


class TargetError(ExportError):
    """A place to publish to cannot be reached or used; the message names it."""


class PublishConflictError(TargetError):
    """The target holds, or is meant for, something else than what was to be published; nothing was overwritten."""


class ImprintError(ExportError):
    """A setting of where or by whom releases are published is wrong; the message names the variable and its value."""


class SignatureError(ExportError):
    """SHA256SUMS cannot be signed, or its signature is not that of the key; the message names file and cause."""
