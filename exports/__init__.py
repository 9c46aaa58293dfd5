"""From the warehouse to what people download."""
