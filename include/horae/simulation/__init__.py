"""Rehearsal: a model of a streaming job in simulated time, and what policies make of it."""
