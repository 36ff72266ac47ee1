"""The parts of `report.html`: template, style and script, and what is computed for them. No part reads a clock or the machine."""
