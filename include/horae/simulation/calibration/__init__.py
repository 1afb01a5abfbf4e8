"""Calibration: tables of what was measured come in, a job model and how well it fits go out."""
