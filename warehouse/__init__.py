"""From batches to one queryable history."""
