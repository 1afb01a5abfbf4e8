"""Foresee: past load comes in, quantiles and paths of future load go out."""
