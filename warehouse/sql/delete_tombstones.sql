-- Removes every tombstone, to be mirrored anew from the register in the same transaction.
delete from tombstone
