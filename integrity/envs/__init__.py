"""Gives each unit its env: a shared layer of third-party packages, and an overlay with first-party source."""
