"""Stands before pandas on the path of commands under test: who installs Kabarchy has none, only its tests do.

PyArrow loads pandas wherever it finds it, which takes a command half a second.
"""

raise ImportError("commands have no pandas")
