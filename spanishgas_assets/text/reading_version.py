"""What decides how notes are read, apart from the notes: settings and word lists, as one digest."""

import hashlib
from pathlib import Path

from spanishgas_assets.settings import Intent, Sentiment, Settings
from spanishgas_assets.text.head.linear_head import head_file, load_head
from spanishgas_assets.text.notes import Readers
from spanishgas_assets.text.transformer import folder_digest

_HERE = Path(__file__).parent


def read_by(settings: Settings) -> dict[str, str]:
    """Name what reads intent and sentiment: the backend, and the revision of the head if it is one.

    Raises:
        SettingsError: the head that the settings name cannot be read.
    """
    backends = {"intent": settings.intent.value, "sentiment": settings.sentiment.value}
    if Intent.EMBEDDED.value not in backends.values():
        return backends
    revision = load_head(settings.notes_head).revision
    return {
        name: f"{backend} {revision}" if backend == Intent.EMBEDDED.value else backend
        for name, backend in backends.items()
    }


def reading_version(settings: Settings) -> str:
    """Digest the word lists, the head and the settings of notes: another digest, another reading.

    Of a model in a folder the content counts; one on the hub is pinned by its name.

    Raises:
        SettingsError: the head that the settings name cannot be read.
    """
    digest = hashlib.blake2b(digest_size=12)
    for name, reader in read_by(settings).items():
        digest.update(f"{name} {reader} ".encode())
    if Readers.of(settings).embedded:
        digest.update(head_file(settings.notes_head).read_bytes())
    for words in sorted(_HERE.glob("*.yaml")):
        digest.update(words.read_bytes())
    if settings.sentiment is Sentiment.TRANSFORMERS:
        digest.update(settings.sentiment_precision.encode())
        for model in (settings.sentiment_model, settings.sentiment_model_multilingual):
            folder = Path(model)
            digest.update((folder_digest(folder) if folder.is_dir() else model).encode())
    return digest.hexdigest()
