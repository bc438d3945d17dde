"""Text of any origin made fit for a message: no control characters, no cut in mid-sentence."""

import re
import unicodedata

#: Ends a sentence or a line, as far as a text can be cut without asking a grammar.
_SENTENCE_END = re.compile(r"[.!?;](?=\s)|(?=\n)")
_MARK = " [...]"


def one_line(text: str) -> str:
    r"""Return a text with every character that a header cannot take written as its escape.

    Line breaks, control characters, halves of surrogate pairs (from file names that are not UTF-8)
    and spaces that look like others become visible.

    Example:
        >>> one_line("prices\n2024.csv")
        'prices\\n2024.csv'
    """
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def paragraph(text: str) -> str:
    """Return a text of several lines, each as :func:`one_line` returns it; tabs become spaces."""
    return "\n".join(one_line(line.expandtabs(4)) for line in re.split(r"\r\n|[\r\n]", text))


def shortened(text: str, most: int) -> str:
    """Return at most so many characters: whole sentences, else whole words, and a mark.

    Example:
        >>> shortened("Two rows are wrong. The rest is not.", 28)
        'Two rows are wrong. [...]'
    """
    if len(text) <= most:
        return text
    room = text[: most - len(_MARK) + 1]
    ends = [found.end() for found in _SENTENCE_END.finditer(room)]
    end = ends[-1] if ends and ends[-1] > 0 else room.rfind(" ")
    return text[: end if end > 0 else len(room) - 1].rstrip() + _MARK


def ascii_line(text: str) -> str:
    """Return one line of ASCII: letters without their accents, ``?`` for what has no such form."""
    plain = unicodedata.normalize("NFKD", one_line(text))
    without_accents = "".join(one for one in plain if not unicodedata.combining(one))
    return without_accents.encode("ascii", errors="replace").decode()
