-- Empties the registry's mirror, to be filled again in the same transaction.
delete from source
