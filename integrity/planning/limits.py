"""Bounds that the command line knows, in a module that costs nothing to import."""

MOST_SHARDS = 256  # jobs that a matrix may have on GitHub
