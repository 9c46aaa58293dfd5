"""The published schemas, a file for each table and version; see exports.schemas."""
