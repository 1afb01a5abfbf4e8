"""A YAML file that says what a settings class holds: its text, and its faults for people."""

from pathlib import Path

from pydantic_core import ErrorDetails

from horae.errors import Fault, SettingsError
from horae.settings.lined_yaml import LinedYaml, show_place, show_value
from horae.settings.phrases import closest, expected, one_of
from horae.settings.section import Settings
from horae.settings.structure import kind_name, locate, meanings


def text_of(path: Path) -> str:
    """The text of a file.

    Raises:
        SettingsError: It cannot be read, or is no text in UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        value, cause = f"byte {error.object[error.start]:#04x}", error
        raise SettingsError(str(path), [_of_file(value, "text in UTF-8")]) from cause
    except OSError as error:
        value = error.strerror or str(error)
        raise SettingsError(str(path), [_of_file(value, "a file that can be read")]) from error


def fault_of(error: ErrorDetails, reading: LinedYaml, root: type[Settings]) -> Fault:
    """What pydantic found wrong, with the line, what came and what was expected.

    Args:
        error: From validating the file's value.
        reading: The file.
        root: What the whole file says.
    """
    place, kinds = locate(error["loc"], root)
    value = show_value(error["input"])
    match error["type"]:
        case "missing":
            value, wanted = "nothing", _required(error, root)
        case "extra_forbidden":
            wanted = _known_name(error, root)
        case "union_tag_invalid" | "union_tag_not_found":
            tag, _ = kind_name(kinds[0])
            place = (*place, tag)
            value = show_value(error["ctx"].get("tag"))
            wanted = one_of(error["ctx"].get("tag"), [kind_name(kind)[1] for kind in kinds])
        case _:
            wanted = expected(error)
    line = reading.line_of(place)
    return Fault(where=show_place(place), line=line, value=value, expected=wanted)


def _of_file(value: str, wanted: str) -> Fault:
    return Fault(where="the file", line=None, value=value, expected=wanted)


def _required(error: ErrorDetails, root: type[Settings]) -> str:
    _, kinds = locate(error["loc"][:-1], root)
    meaning = meanings(kinds[0])[str(error["loc"][-1])]
    return f"a value, for it has no default ({meaning.rstrip('.')})"


def _known_name(error: ErrorDetails, root: type[Settings]) -> str:
    _, kinds = locate(error["loc"][:-1], root)
    known = list(kinds[0].model_fields)
    guess = closest(str(error["loc"][-1]), known)
    return f"a setting that exists{guess}" if guess else one_of(None, known)
