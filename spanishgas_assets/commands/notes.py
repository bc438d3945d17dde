"""``spanishgas notes label|train|evaluate``: a retailer's own labels and head."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from spanishgas_assets.commands.arguments import adding_actions, positive, words
from spanishgas_assets.commands.output_file import write_output
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Settings

if TYPE_CHECKING:
    import polars as pl

    from spanishgas_assets.text.head.labelled_file import LabelledNote

NAME = "notes"
HELP = "label your own notes, train a head on them, and measure it"

_OWN_NOTES, _OWN_HEAD = Path("notes/own.jsonl"), Path("notes/head.safetensors")
_SKIP, _QUIT = "s", "q"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their options."""
    action = adding_actions(parser)
    label = action("label", _label, "label the notes that teach most, one key a label")
    label.add_argument("--snapshot", metavar="DATE", help="default: the latest published")
    label.add_argument("--most", type=positive, default=100, metavar="N", help="default: 100")
    label.add_argument("--by", type=words, default="own", metavar="NAME", help="who labels")
    train = action("train", _train, "train a head on the packaged notes and your own")
    train.add_argument("--out", type=Path, default=_OWN_HEAD, metavar="FILE")
    train.add_argument(
        "--date",
        type=_day,
        metavar="YYYY-MM-DD",
        help="day on the head's card (default: today)",
    )
    train.add_argument(
        "--packaged-only", action="store_true", help="leave your own notes out: the packaged head"
    )
    evaluate = action("evaluate", _evaluate, "read labelled notes with the head and count mistakes")
    for one in (label, train, evaluate):
        one.add_argument(
            "--notes", type=Path, default=_OWN_NOTES, metavar="FILE", help=f"default: {_OWN_NOTES}"
        )


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Run the action."""
    options.work(options, settings, console)


def _label(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from spanishgas_assets.text.embedding.encoder import sentence_encoder
    from spanishgas_assets.text.head.labelled_file import read_labelled, write_labelled
    from spanishgas_assets.text.head.linear_head import load_head
    from spanishgas_assets.text.head.most_telling import most_telling

    texts = _notes_of_the_store(options, settings)
    if options.notes.exists():
        texts = texts.filter(~texts.is_in(read_labelled(options.notes)["text"].to_list()))
    chosen = most_telling(texts, load_head(settings.notes_head), sentence_encoder(), options.most)
    console.print(_KEYS)
    labelled = 0
    for number, text in enumerate(chosen, start=1):
        console.print(f"\n[dim]{number} of {chosen.len()}[/]")
        console.print(text, markup=False)
        note = _ask(text, options.by, console)
        if note is None:
            break
        if isinstance(note, str):
            continue
        write_labelled(options.notes, [note])
        labelled += 1
    console.print(f"\n{options.notes}: {labelled:,} notes added", soft_wrap=True)


_KEYS = (
    "Intent: X cancellation, C complaint, B billing, R renewal, P prices, L products, A account, "
    "G routine contact, O other. Sentiment: - negative, = neutral, + positive. s skips the note, "
    "q ends. docs/notes.md has the rules."
)


def _ask(text: str, by: str, console: Console) -> "LabelledNote | str | None":
    """Ask for both labels of a note; "" where it is skipped, None where the labelling ends."""
    from spanishgas_assets.text.head.labelled_file import (
        INTENT_LETTERS,
        OWN_WRITER,
        SENTIMENT_LETTERS,
        LabelledNote,
    )
    from spanishgas_assets.text.language import read_languages
    from spanishgas_assets.text.score_cache import text_hashes

    answers = []
    for question, letters in (("intent", INTENT_LETTERS), ("sentiment", SENTIMENT_LETTERS)):
        console.print(f"{question} ", end="")
        key = _key()
        while key.upper() not in letters and key not in (_SKIP, _QUIT, ""):
            key = _key()
        console.print(key, markup=False)
        if key in (_SKIP, _QUIT, ""):
            return "" if key == _SKIP else None
        answers.append(key.upper())
    import polars as pl

    series = pl.Series([text])
    return LabelledNote(
        id=text_hashes(series)[0],
        writer=OWN_WRITER,
        language=read_languages(series)[0] or "other",
        text=text,
        reader=by,
        reader_intent=answers[0],
        reader_sentiment=answers[1],
    )


def _key() -> str:
    """Read one key; where there is no terminal, one letter; "" at the end of the input."""
    if not sys.stdin.isatty():
        letter = sys.stdin.read(1)
        while letter.isspace():
            letter = sys.stdin.read(1)
        return letter
    import termios
    import tty

    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)
        return sys.stdin.read(1)
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _notes_of_the_store(options: argparse.Namespace, settings: Settings) -> "pl.Series":
    """Return the distinct notes of a publication, without personal data."""
    from spanishgas_assets.bronze.tables import INTERACTIONS
    from spanishgas_assets.publication.reader import open_publication

    published = open_publication(settings.store, snapshot=options.snapshot)
    texts = published.table(INTERACTIONS.title).select("interaction_summary").collect().to_series()
    distinct = texts.drop_nulls().unique(maintain_order=True)
    if distinct.is_empty():
        raise SettingsError(f"{published.name} has no note to label")
    return distinct


def _train(options: argparse.Namespace, _settings: Settings, console: Console) -> None:
    import polars as pl

    from spanishgas_assets.text.embedding.encoder import sentence_encoder
    from spanishgas_assets.text.head.head_training import train
    from spanishgas_assets.text.head.labelled_file import PACKAGED_NOTES, read_labelled

    notes = read_labelled(PACKAGED_NOTES)
    own = [] if options.packaged_only else [_own(read_labelled(options.notes))]
    head = train(pl.concat([notes, *own]), sentence_encoder(), options.date or _today())
    write_output(options.out, head.to_bytes())
    card = head.card
    console.print(
        f"{options.out}: revision {head.revision}, {card.notes:,} notes of {card.writers} writers",
        soft_wrap=True,
    )
    for name, score in card.scores.items():
        console.print(f"  {name.replace('_', ' '):<28} {score:.3f}")
    if own:
        console.print(f"Read with it: SPANISHGAS_NOTES_HEAD={options.out}", soft_wrap=True)


def _own(notes: "pl.DataFrame") -> "pl.DataFrame":
    """Take the notes for a retailer's own, whoever the file says wrote them."""
    import polars as pl

    from spanishgas_assets.text.head.labelled_file import OWN_WRITER

    return notes.with_columns(pl.lit(OWN_WRITER).alias("writer"))


def _evaluate(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from spanishgas_assets.text.embedding.encoder import sentence_encoder
    from spanishgas_assets.text.head.evaluation import evaluate
    from spanishgas_assets.text.head.labelled_file import read_labelled
    from spanishgas_assets.text.head.linear_head import load_head

    head = load_head(settings.notes_head)
    figures = evaluate(read_labelled(options.notes), head, sentence_encoder())
    console.print(
        f"{options.notes}, read with head {head.revision} of {head.card.trained}", soft_wrap=True
    )
    for name, figure in figures.items():
        console.print(f"  {name.replace('_', ' '):<34} {figure:,.3f}")


def _today() -> str:
    return datetime.now(tz=UTC).date().isoformat()


def _day(text: str) -> str:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date().isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day, YYYY-MM-DD") from None
