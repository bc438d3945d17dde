"""A note as its writer meant it: what mail programs and web forms left in it taken out."""

from html.entities import html5

import polars as pl

# UTF-8 that was once read as Latin-1 or Windows-1252: "renovaciÃ³n".
_LETTERS = "áéíóúàèìòùâêîôûäëïöüñçãõÁÉÍÓÚÀÈÒÜÏÑÇ¿¡ºª·€’‘“”–—…"
_MISREAD = {
    letter.encode().decode(reader, "replace"): letter
    for letter in _LETTERS
    for reader in ("latin-1", "cp1252")
}
_ENTITIES = {f"&{name}": text for name, text in html5.items() if name.endswith(";")} | {
    written: chr(code)
    for code in (*range(32, 127), *range(160, 592), 8364)
    for written in (f"&#{code};", f"&#x{code:x};", f"&#x{code:X};")
}
# A tag begins with a letter, so that "use < 5 kW" is none.
_TAG = r"(?s)<!--.*?-->|</?[a-zA-Z][^<>]{0,500}>"


def clean(text: pl.Expr) -> pl.Expr:
    """Return texts without HTML, misread letters and control characters; nothing left is null.

    Compatibility forms (full-width letters, ligatures) become plain ones; lines stay lines.
    """
    cleaned = (
        text.str.replace_many(list(_MISREAD), list(_MISREAD.values()))
        .str.replace_many(list(_ENTITIES), list(_ENTITIES.values()))
        .str.replace_all(_TAG, " ")
        .str.normalize("NFKC")
        .str.replace_all(r"\p{Cf}", "")
        .str.replace_all(r"[\p{Cc}&&[^\n]]", " ")
        .str.strip_chars()
    )
    return pl.when(cleaned != "").then(cleaned)
