"""What decides how notes are read, apart from the notes: settings and word lists, as one digest."""

import hashlib
from pathlib import Path

from spanishgas_assets.settings import Sentiment, Settings
from spanishgas_assets.text.transformer import folder_digest

_HERE = Path(__file__).parent


def reading_version(settings: Settings) -> str:
    """Digest the word lists and the settings of sentiment: another digest, another reading.

    Of a model in a folder the content counts; one on the hub is pinned by its name.
    """
    digest = hashlib.blake2b(settings.sentiment.encode(), digest_size=12)
    for words in sorted(_HERE.glob("*.yaml")):
        digest.update(words.read_bytes())
    if settings.sentiment is Sentiment.TRANSFORMERS:
        digest.update(settings.sentiment_precision.encode())
        for model in (settings.sentiment_model, settings.sentiment_model_multilingual):
            folder = Path(model)
            digest.update((folder_digest(folder) if folder.is_dir() else model).encode())
    return digest.hexdigest()
