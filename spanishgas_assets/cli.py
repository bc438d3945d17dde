"""The command line: ``spanishgas COMMAND``; the commands are in ``commands/``.

Exit status: 0 done; 1 an input, a setting or a check stopped the work; 2 the command was misused;
3 the gate refused the new model and there is no champion; 130 it was interrupted.
"""

import argparse
import sys
import warnings
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from spanishgas_assets.commands import (
    calls,
    dashboard,
    demo_data,
    demo_live,
    features,
    heartbeat,
    inspect,
    model,
    notes,
    policy,
    publication,
    quarantine,
    retry_batch,
    run,
    settings,
    show,
    sql,
    templates,
    ui,
    users,
)
from spanishgas_assets.commands.arguments import unprintable
from spanishgas_assets.commands.examples import examples_in_words
from spanishgas_assets.commands.former_names import with_current_names
from spanishgas_assets.errors import GateRefusalError, SpanishGasError
from spanishgas_assets.settings import Settings
from spanishgas_assets.snapshot_dates import refuse_unknown_snapshot

COMMANDS = (
    demo_data,
    demo_live,
    templates,
    inspect,
    run,
    show,
    ui,
    dashboard,
    users,
    calls,
    sql,
    publication,
    model,
    policy,
    notes,
    quarantine,
    features,
    settings,
    heartbeat,
    retry_batch,
)

FAILED, REFUSED, INTERRUPTED = 1, 3, 130


def parser() -> argparse.ArgumentParser:
    """Build the parser of every command."""
    parser = argparse.ArgumentParser(
        prog="spanishgas", description="From a retailer's raw drops to retention recommendations."
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        subparser = subparsers.add_parser(
            command.NAME,
            help=command.HELP,
            description=f"{command.HELP[0].upper()}{command.HELP[1:]}.",
            epilog=examples_in_words(command.NAME),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(subparser)
        subparser.set_defaults(execute=command.execute)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    given, deprecation = with_current_names(sys.argv[1:] if arguments is None else arguments)
    strange = unprintable(given)
    if strange is not None:
        parser().error(f"{strange!r} holds a control character or is not UTF-8")
    options = parser().parse_args(given)
    if deprecation:
        errors.print(f"[yellow]deprecated[/]  {deprecation}")
    try:
        settings = _read_settings(errors)
        if getattr(options, "snapshot", None) is not None:
            refuse_unknown_snapshot(options.snapshot)
        options.execute(options, settings, Console(highlight=False))
    except GateRefusalError as refusal:
        errors.print(f"[red]refused[/]  {escape(str(refusal))}")
        return REFUSED
    except SpanishGasError as error:
        errors.print(f"[red]error[/]  {escape(str(error))}")
        return FAILED
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        errors.print(f"[red]error[/]  {escape(place)}{error.strerror or error}")
        return FAILED
    except KeyboardInterrupt:
        errors.print("[red]stopped[/]")
        return INTERRUPTED
    except Exception as error:
        from spanishgas_assets.operations.runs.instance import unusable_record

        said = unusable_record(error)
        if said is None:
            raise
        errors.print(f"[red]error[/]  {escape(said)}")
        return FAILED
    return 0


def _read_settings(errors: Console) -> Settings:
    """Read the settings; former names of variables become deprecation lines."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", FutureWarning)
        read = Settings.from_environment()
    for one in caught:
        errors.print(f"[yellow]deprecated[/]  {escape(str(one.message))}")
    return read


if __name__ == "__main__":
    raise SystemExit(main())
