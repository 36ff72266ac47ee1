"""Finds the units of a repository by reading manifests; nothing is imported, built or run."""
