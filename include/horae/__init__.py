"""Horae right-sizes streaming jobs, and can always say why.

The folders are the stages in the order data moves: `metrics`, `validation`, `forecasting`,
`performance`, `optimisation`, `policy`, `engines`, `ledger`; `control` runs them as one cycle.
"""

__version__ = "0.1.0"
