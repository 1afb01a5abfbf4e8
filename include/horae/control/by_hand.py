"""The calls by which a person does without Horae what Horae would do."""

from shlex import quote

from horae.domain.configuration import Configuration
from horae.settings.job_spec import JobSpec, SqlProgram

NO_PROGRAM = "flink run --detached --fromSavepoint {location} (the job's own jar)"


def start_command(spec: JobSpec, configuration: Configuration, location: str) -> str:
    """Starts the job from a state with Flink's own command line, in one line for a shell."""
    program = spec.engine.program
    if program is None:
        return NO_PROGRAM.format(location=quote(location))
    options = own_options(spec, configuration)
    if isinstance(program, SqlProgram):
        options |= {"execution.state-recovery.path": location}
        return f"sql-client.sh {_defined(options)} -f {quote(str(program.script))}"
    words = ["flink run --detached", f"--parallelism {configuration.parallelism}"]
    words += [f"--fromSavepoint {quote(location)}", _defined(options)]
    words += [f"--class {quote(program.entry_class)}"] if program.entry_class else []
    return " ".join([*words, *map(quote, (str(program.jar), *program.arguments))])


def own_options(spec: JobSpec, configuration: Configuration) -> dict[str, str]:
    """The Flink options that Horae starts the job with, over those of the cluster."""
    program = spec.engine.program
    interval = round(configuration.checkpoint_interval_seconds * 1_000)
    return dict(program.options if program else {}) | {
        "pipeline.name": spec.engine_job_name,
        "parallelism.default": str(configuration.parallelism),
        "execution.checkpointing.interval": f"{interval} ms",
        "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
    }


def _defined(options: dict[str, str]) -> str:
    return " ".join(f"-D {quote(f'{name}={value}')}" for name, value in options.items())
