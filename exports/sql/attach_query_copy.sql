-- Attaches the database of $path as query_copy, to be read only.
attach $path as query_copy (read_only);
