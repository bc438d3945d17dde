"""A file that a command writes where the user says."""

from pathlib import Path

from spanishgas_assets.errors import SettingsError


def write_output(path: Path, data: bytes) -> None:
    """Write a file, its folders included.

    Raises:
        SettingsError: it cannot be written there; says why.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise SettingsError(
            f"{path}: cannot be written: {why}. Name a file in a folder that you may write to"
        ) from error
