"""Files that are whole or absent at any moment, also for somebody who reads meanwhile."""

from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a file's text in UTF-8, as it is; a repeat writes the same bytes.

    The folder is made where it is not there. A process that dies meanwhile leaves the file as it
    was, and a hidden one beside it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8", newline="")
    partial.replace(path)
