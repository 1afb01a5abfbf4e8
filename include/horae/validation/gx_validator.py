"""The rules judged by Great Expectations: one suite over the windows of all jobs at once."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import great_expectations as gx
from great_expectations import expectations as gxe
from great_expectations.data_context.types.base import ProgressBarsConfig

from horae.domain.verdict import Severity, Verdict
from horae.domain.window import MetricsWindow
from horae.errors import UnexpectedReply
from horae.settings.job_spec import TimeSettings
from horae.validation.evidence import TIME_COLUMN, WINDOW_COLUMN, evidence
from horae.validation.reports import Reports
from horae.validation.rules import RULES, Rule
from horae.validation.verdicts import Breach, refuse_unknown_jobs, verdicts

_SEVERITIES = {Severity.BLOCKS: "critical", Severity.WARNS: "warning"}

_RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": [WINDOW_COLUMN, TIME_COLUMN],
    "return_unexpected_index_query": False,
}


class GxValidator:
    """Judges windows by one run of one suite, and keeps its report.

    The cost is per run (about half a second), hardly per window. Making one takes a few
    milliseconds, importing this module two seconds.
    """

    def __init__(
        self, *, times: Mapping[str, TimeSettings], reports: Reports | None = None
    ) -> None:
        """Prepare the suite.

        Args:
            times: Job to its clockwork.
            reports: Where each run's report goes; None: nowhere.
        """
        self._times = times
        self._reports = reports
        self._definition = _definition()

    def validate(
        self, windows: Mapping[str, MetricsWindow], *, now: datetime
    ) -> tuple[Verdict, ...]:
        """Judge the windows; see `Validator.validate`. Repeating it writes the same report.

        Raises:
            SettingsError: A window's job has no clockwork here.
            Unavailable: The report cannot be written.
        """
        refuse_unknown_jobs(windows, self._times)
        if not windows:
            return ()
        result = self._definition.run(
            batch_parameters={"dataframe": evidence(windows, self._times, now)},
            result_format=_RESULT_FORMAT,
        )
        found = verdicts(windows, self._times, list(_breaches(result)), report=None)
        if self._reports is None:
            return found
        return self._reports.write(found, result.to_json_dict(), now=now)


def _definition() -> gx.ValidationDefinition:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    context.enable_analytics(False)
    asset = context.data_sources.add_pandas("windows").add_dataframe_asset("evidence")
    suite = context.suites.add(
        gx.ExpectationSuite(name="catalogue", expectations=[_expectation(r) for r in RULES])
    )
    return context.validation_definitions.add(
        gx.ValidationDefinition(
            name="windows", data=asset.add_batch_definition_whole_dataframe("all"), suite=suite
        )
    )


def _expectation(rule: Rule) -> gxe.Expectation:
    return gxe.ExpectColumnValuesToBeBetween(
        column=rule.column,
        min_value=rule.minimum,
        max_value=rule.maximum,
        severity=_SEVERITIES[rule.severity],
    )


def _breaches(result: Any) -> Iterator[Breach]:
    by_column = {rule.column: rule for rule in RULES}
    for one in result.results:
        column = one.expectation_config.kwargs["column"]
        if one.exception_info.get("raised_exception"):
            raise UnexpectedReply(
                f"Great Expectations could not judge {column}: "
                f"{one.exception_info.get('exception_message')}; expected a verdict"
            )
        for row in one.result.get("unexpected_index_list") or ():
            yield Breach(
                rule=by_column[column], window=row[WINDOW_COLUMN], value=float(row[column])
            )
