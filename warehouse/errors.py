"""What can go wrong with the warehouse.

    WarehouseError
    ├── WarehouseLockedError     another loader, or a reader of the writer's file, is at work
    ├── WarehouseVersionError    written by a newer Kabarchy, or not yet brought up to this one
    ├── WarehouseUnusableError   DuckDB cannot open, read or write the file (damage, disk full)
    └── NoGenerationError        nothing has been published for analysts yet

Each carries one line for people, naming the thing and the value.
"""


class WarehouseError(Exception):
    """Base of the warehouse's errors."""


class WarehouseLockedError(WarehouseError):
    """Someone else has the warehouse; the message names the process id where it is known."""


class WarehouseVersionError(WarehouseError):
    """The database's schema version is not the one this code works with."""


class WarehouseUnusableError(WarehouseError):
    """DuckDB cannot open, read or write the file."""


class NoGenerationError(WarehouseError):
    """No analyst generation has been published in this folder."""
