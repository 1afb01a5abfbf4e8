"""Let challengers meet the champion among the forecasters, and record who won and by what."""

from dataclasses import dataclass

import numpy as np

from horae.control.chance import chance
from horae.control.entries import Observation, draft, to_body
from horae.control.history import History
from horae.domain.clock import Clock
from horae.errors import NotReady
from horae.forecasting.promotion import Promotion, compete
from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryKind
from horae.metrics.window_store import WindowStore
from horae.settings.job_spec import JobSpec
