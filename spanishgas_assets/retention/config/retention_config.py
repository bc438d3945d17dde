"""The retention team's three files together: the policy, the offers and the contact rules.

The packaged ones hold unless the folder SPANISHGAS_RETENTION has a file of the same name.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.retention.config.contact_rules import ContactRule, load_contact_rules
from spanishgas_assets.retention.config.offers import OfferTable, load_offers
from spanishgas_assets.retention.config.policy import Policy, load_policy

POLICY, OFFERS, CONTACT_RULES = "policy.yaml", "offers.yaml", "contact_rules.yaml"
_PACKAGED = Path(__file__).parent
REASONS = _PACKAGED.parent / "reasons.yaml"


@dataclass(frozen=True)
class Rules:
    """All that the team decided."""

    policy: Policy
    offers: OfferTable
    contact: tuple[ContactRule, ...]


def load_rules(folder: str = "") -> Rules:
    """Read the three files; an empty ``folder`` means the packaged ones.

    Raises:
        SettingsError: the folder is not there, or a file is wrong; names the file, line and key.
    """
    offers = load_offers(_file(folder, OFFERS))
    return Rules(
        policy=load_policy(_file(folder, POLICY), offers.names),
        offers=offers,
        contact=load_contact_rules(_file(folder, CONTACT_RULES)),
    )


def file_version(name: str, folder: str = "") -> str:
    """Digest one of the three files, or that of the reasons: another makes what it decides stale.

    Raises:
        SettingsError: the folder is not there.
    """
    path = REASONS if name == REASONS.name else _file(folder, name)
    return hashlib.blake2b(path.read_bytes(), digest_size=12).hexdigest()


def _file(folder: str, name: str) -> Path:
    if not folder:
        return _PACKAGED / name
    if not Path(folder).is_dir():
        raise SettingsError(
            f"SPANISHGAS_RETENTION={folder!r} is not a folder; it may hold {POLICY}, {OFFERS} and "
            f"{CONTACT_RULES}, each of which replaces the packaged one"
        )
    own = Path(folder) / name
    return own if own.is_file() else _PACKAGED / name
