"""Orchestrate: one cycle of one job, a line a stage."""
