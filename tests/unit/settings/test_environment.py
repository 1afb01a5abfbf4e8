from pathlib import Path

from horae.settings.environment import Environment


def test_nothing_set_means_the_folder_horae() -> None:
    """The defaults need no preparation; an empty variable counts as absent."""
    expected = Environment(
        home=Path(".horae"),
        ledger_url="sqlite:///.horae/ledger.db",
        jobs_folder=Path("include/jobs"),
        windows_url=".horae/windows",
    )
    assert Environment.from_environ({}) == expected
    assert Environment.from_environ({"HORAE_LEDGER": "", "HORAE_HOME": ""}) == expected


def test_ledger_moves_with_the_home() -> None:
    """Unless they are named themselves, ledger and windows lie in the home folder."""
    environment = Environment.from_environ({"HORAE_HOME": "/srv/h"})
    assert environment.ledger_url == "sqlite:////srv/h/ledger.db"
    assert environment.windows_url == "/srv/h/windows"


def test_each_variable_counts() -> None:
    """A variable that is set replaces its default."""
    environment = Environment.from_environ(
        {
            "HORAE_HOME": "h",
            "HORAE_LEDGER": "postgresql://db/x",
            "HORAE_JOBS": "j",
            "HORAE_WINDOWS": "s3://w",
            "HORAE_DATA": "d",
        }
    )
    assert environment == Environment(
        home=Path("h"),
        ledger_url="postgresql://db/x",
        jobs_folder=Path("j"),
        windows_url="s3://w",
        data_folder=Path("d"),
    )
