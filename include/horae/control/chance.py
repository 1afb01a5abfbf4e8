"""Chance as an argument: seeds that follow from what is decided about."""

import hashlib

import numpy as np


def chance(*parts: str) -> np.random.Generator:
    """A source of chance that is the same for the same words, on every machine."""
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))
