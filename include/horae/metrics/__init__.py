"""Observe: sources and a catalogue come in, windows of metrics go out."""
