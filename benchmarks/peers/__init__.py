"""What users would take instead of the tool, each set up as its own documentation advises."""
