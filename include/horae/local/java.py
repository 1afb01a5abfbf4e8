"""Command lines of the Java processes."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

# One small process beside many: the serial collector and the first compiler alone start soonest
# and use the least memory; the look-up's service time, not the machine, is what limits the job.
_FRUGAL = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.net.preferIPv4Stack=true")

# What Flink's own configuration lists as env.java.opts.all for Java 17.
_OPENED = (
    "java.base/java.lang", "java.base/java.net", "java.base/java.io", "java.base/java.nio",
    "java.base/sun.nio.ch", "java.base/java.lang.reflect", "java.base/java.text",
    "java.base/java.time", "java.base/java.util", "java.base/java.util.concurrent",
    "java.base/java.util.concurrent.atomic", "java.base/java.util.concurrent.locks",
)  # fmt: skip
_EXPORTED = (
    "java.base/sun.net.util", "java.management/sun.management", "java.rmi/sun.rmi.registry",
    "java.security.jgss/sun.security.krb5", "jdk.compiler/com.sun.tools.javac.api",
    "jdk.compiler/com.sun.tools.javac.file", "jdk.compiler/com.sun.tools.javac.parser",
    "jdk.compiler/com.sun.tools.javac.tree", "jdk.compiler/com.sun.tools.javac.util",
)  # fmt: skip

FLINK_OPTIONS = (
    *(f"--add-exports={name}=ALL-UNNAMED" for name in _EXPORTED),
    *(f"--add-opens={name}=ALL-UNNAMED" for name in _OPENED),
)


def own_files_in(folder: Path) -> list[str]:
    """Options that keep what a JVM writes for itself in `folder`, which is made empty.

    Without them it fills the system's folder for temporary files: Flink's planner alone leaves a
    jar of 46 MB there for every JobManager that was killed. So no two processes share a folder.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    return [f"-Djava.io.tmpdir={folder}", "-XX:-UsePerfData"]


def flink_files_in(folder: Path) -> dict[str, object]:
    """Flink settings that keep what a Flink process writes for itself in `folder`.

    A process that was killed leaves its files behind, some 20 MB of jars among them.
    """
    return {"io.tmp.dirs": folder, "blob.storage.directory": folder / "blobs"}


def java_command(
    java: Path,
    main_class: str,
    *,
    class_path: str,
    options: Sequence[str],
    logging: Path,
    arguments: Sequence[str],
) -> list[str]:
    """The command line of one Java process.

    Args:
        java: The program.
        main_class: What to run.
        class_path: As Java takes it.
        options: Memory, where its own files go, and the like.
        logging: Settings of log4j.
        arguments: For the main class.
    """
    log4j = (f"-Dlog4j2.configurationFile={logging}", f"-Dlog4j.configurationFile={logging}")
    return [str(java), *_FRUGAL, *options, *log4j, "-cp", class_path, main_class, *arguments]


def flink_settings(settings: Mapping[str, object]) -> list[str]:
    """Flink settings as arguments, which override its file."""
    return [part for name, value in settings.items() for part in ("-D", f"{name}={value}")]
