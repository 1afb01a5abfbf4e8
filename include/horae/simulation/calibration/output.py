"""A calibration as files."""

from pathlib import Path

from horae.simulation.calibration.report import comparison_files, report_page
from horae.simulation.calibration.wanted import Calibration
from horae.simulation.job.models_folder import save_model

MODEL, REPORT, POINTS = "model.yaml", "report.html", "points"


def write_calibration(found: Calibration, folder: Path) -> tuple[Path, ...]:
    """Write model, report and the points of its plots; a repeat writes the same bytes.

    Args:
        found: The calibration.
        folder: Is made where it does not exist; other files in it stay.

    Returns:
        What was written, the model first.
    """
    points = folder / POINTS
    points.mkdir(parents=True, exist_ok=True)
    save_model(found.model, folder / MODEL)
    report = folder / REPORT
    report.write_text(report_page(found), encoding="utf-8")
    files = comparison_files(found)
    for name, text in files.items():
        (points / name).write_text(text, encoding="utf-8")
    return (folder / MODEL, report, *(points / name for name in files))
