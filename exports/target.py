"""From an address to its target: the one place that knows both kinds."""

from exports.target_folder import FolderTarget
from exports.target_s3 import S3Target
from exports.targets import Target, TargetAccess, split_target


def open_target(url: str, access: TargetAccess) -> Target:
    """The target of `file:///a/folder` or `s3://bucket/prefix`; nothing is asked of it yet. Raises TargetError."""
    scheme, bucket, path = split_target(url)
    return FolderTarget(path) if scheme == "file" else S3Target(bucket, path, access)
