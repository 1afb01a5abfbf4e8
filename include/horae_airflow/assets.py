"""Every asset, once."""

from airflow.sdk import Asset

WINDOWS = Asset(name="horae_windows", uri="horae://windows")
"""Emitted by `observe` when the windows of a cycle are stored and judged."""

MODELS = Asset(name="horae_models", uri="horae://models")
"""Emitted by `retrain` when the champions are settled."""
