-- Lets go of the database query_copy.
detach query_copy;
