"""Numbers and selects: a value, or one of some options."""

from voiced.home.controls.publication import Job, Publication


def publications(job: Job) -> list[Publication]:
    """What sets it. Raises HomeError for a value that it can't take."""
    if job.component == "number" and job.command.verb in ("set-value", "set-volume", "set-temperature"):
        return [job.fill("command_topic", "command_template", _number(job))]
    if job.component == "select" and job.command.verb in ("select", "set-value", "set-mode"):
        return [job.fill("command_topic", "command_template", _option(job))]
    raise job.refusal


def _number(job: Job) -> float:
    value = job.number
    if not job.scale("min", 1) <= value <= job.scale("max", 100):
        raise job.refusal
    return int(value) if value.is_integer() else value


def _option(job: Job) -> str:
    options = job.config.get("options")
    said = job.word.casefold()
    known = {str(each).casefold(): str(each) for each in options} if isinstance(options, list | tuple) else {}
    if said not in known:
        raise job.refusal
    return known[said]
