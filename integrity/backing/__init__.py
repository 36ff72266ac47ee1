"""Backing services: who can provide one, when it is ready, what each unit gets of it, and how it goes away again."""
