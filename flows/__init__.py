"""When, and in which order. The only importer of Prefect."""
