"""The stages by name and id, as the DAGs call them: what travels between tasks is small text."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from horae.control import wiring
from horae.control.act import act
from horae.control.audit import audit_ledger
from horae.control.decide import decide as decide_job
from horae.control.decide import decide_on_wish
from horae.control.history import History
from horae.control.observe import observe
from horae.control.retrain import retrain as retrain_job
from horae.control.surroundings import Surroundings
from horae.control.validate import validate
from horae.control.wish import Wish
from horae.domain.action import Outcome, OutcomeResult
from horae.domain.decision import Decision
from horae.errors import NotReady, Refused
