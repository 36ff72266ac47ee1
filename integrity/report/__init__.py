"""Reporters: each is a fold over the journal or a rendering of the folded report."""
