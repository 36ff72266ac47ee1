"""Runs a plan: slots, attempts, deadlines and signals."""
