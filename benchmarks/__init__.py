"""Measures the tool against its peers over generated monorepos; see README.md."""
