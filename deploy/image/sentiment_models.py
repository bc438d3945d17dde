"""Put the sentiment models into the image, and load each once to prove that it is whole.

``sentiment_models.py off|hub|FOLDER TARGET``: nothing; the revisions that the settings pin, from
the hub; or the same out of FOLDER, a hub cache (what ``hf download`` leaves in ``HF_HOME``).
"""

import shutil
import sys
from pathlib import Path


def main(source: str, target: Path) -> None:
    """Fill the target, a hub cache.

    Raises:
        SettingsError: a model is missing or cannot be loaded; names it and the remedy.
    """
    target.mkdir(parents=True, exist_ok=True)
    if source == "off":
        return
    from spanishgas_assets.settings import Settings

    settings = Settings.from_environment()
    models = (settings.sentiment_model, settings.sentiment_model_multilingual)
    if source == "hub":
        from huggingface_hub import snapshot_download

        for model in models:
            name, _, revision = model.partition("@")
            snapshot_download(name, revision=revision, ignore_patterns=["*.h5", "*.msgpack"])
    elif not Path(source).is_dir():
        raise SystemExit(f"SENTIMENT={source}: no such folder in the build context")
    else:
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    from spanishgas_assets.text.transformer import Transformer

    for model in models:
        Transformer(model)
        sys.stdout.write(f"{model} is in {target}\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
