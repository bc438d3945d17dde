"""The former names of commands, which work for one release and print a deprecation line."""

from collections.abc import Sequence

#: Today's words for the former words of a command line. Remove with release 0.3.
FORMER_COMMANDS = {("rearm",): ("retry-batch",), ("model", "ladder"): ("model", "ablation")}


def with_current_names(arguments: Sequence[str]) -> tuple[list[str], str | None]:
    """Replace a command's former name; returns the arguments, and the deprecation line if any.

    >>> with_current_names(["rearm", "--all"])
    (['retry-batch', '--all'], '`rearm` is now `retry-batch` and will be removed in 0.3')
    >>> with_current_names(["run"])
    (['run'], None)
    """
    for former, current in FORMER_COMMANDS.items():
        if tuple(arguments[: len(former)]) == former:
            line = f"`{' '.join(former)}` is now `{' '.join(current)}` and will be removed in 0.3"
            return [*current, *arguments[len(former) :]], line
    return list(arguments), None
