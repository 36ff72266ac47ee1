"""Pure computation over frozen values: no file, process, clock or environment is touched here."""
