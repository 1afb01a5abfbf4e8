"""Horae right-sizes streaming jobs, and can always say why."""
