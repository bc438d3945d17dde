"""Who serves after a snapshot: its candidate if the gate accepts it, else the standing champion."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from spanishgas_assets.churn.experiments.catalogue import reads_sentiment
from spanishgas_assets.churn.gate.gate import GateDecision, judge
from spanishgas_assets.churn.gate.registry import Registry
from spanishgas_assets.churn.gate.rules import GateLimits
from spanishgas_assets.churn.gate.sagemaker_mirror import SageMakerMirror
from spanishgas_assets.churn.model.churn_model import ChurnModel, load
from spanishgas_assets.churn.tables import TRAINING_SET
from spanishgas_assets.errors import SettingsError, StoreError, StoreUnavailableError
from spanishgas_assets.settings import Sentiment, Settings
from spanishgas_assets.storage.store import Store
from spanishgas_assets.storage.table_versions import scan_tables, table_key
from spanishgas_assets.text.reading_version import read_by

#: What a person took out does not come again by itself.
_TAKEN_OUT = ("rejected", "rolled_back")


@dataclass(frozen=True)
class Succession:
    """The outcome for one snapshot.

    Attributes:
        snapshot: its as-of date.
        candidate: the model trained on it; None if none was.
        serving: the model that serves; None if there is none.
        decision: the gate's; None where nothing was judged.
        waits: the candidate passed the gate and awaits a person's approval.
    """

    snapshot: date
    candidate: ChurnModel | None
    serving: ChurnModel | None
    decision: GateDecision | None = None
    waits: bool = False

    def why_nobody_serves(self) -> str:
        """Say what to do where no model serves."""
        if self.decision is None:
            return f"no champion for {self.snapshot}: train one (spanishgas run --train)"
        if self.candidate and self.waits:
            return (
                f"model {self.candidate.version} passed the gate and awaits approval: spanishgas "
                f"model approve {self.candidate.version} --by NAME --why TEXT, then run "
                f"{self.snapshot} again"
            )
        return self.decision.explain()


def succeed(
    store: Store, snapshot: date, candidate: ChurnModel | None, settings: Settings
) -> Succession:
    """Judge a snapshot's candidate, record the outcome in the registry, and say who serves.

    A candidate that already serves, that a person rejected or rolled back, or in whose place a
    person promoted another for this snapshot, is not judged again.

    Raises:
        RegistryError: another promotion came first.
        StoreError: the training set or the champion cannot be read.
    """
    registry = Registry(store)
    standing = registry.champion(snapshot)
    serving = load(store, standing.version) if standing else None
    if candidate is None or not _is_to_be_judged(registry, candidate.version, snapshot):
        return Succession(snapshot, candidate, serving)
    decision = judge(candidate, serving, _trained_on(store, snapshot), GateLimits.of(settings))
    approved = registry.status(candidate.version) == "approved"
    waits = decision.accepted and settings.human_approval and not approved
    mirror = SageMakerMirror.of(settings)
    if mirror:
        mirror.record(store, candidate, decision)
    if waits:
        registry.record(snapshot, decision, candidate.version)
    else:
        registry.promote(candidate.version, snapshot, decision)
    takes_over = decision.accepted and not waits
    if takes_over and mirror:
        mirror.approve(candidate.version, "accepted by the gate")
    return Succession(snapshot, candidate, candidate if takes_over else serving, decision, waits)


def lacks_verdict(store: Store, snapshot: date, candidate: str) -> bool:
    """Say whether a candidate is to be judged, and no readable decision about it is kept.

    Where a person has moved a model of its snapshot, a missing decision is no reason to judge.

    Args:
        store: has the registry.
        snapshot: of the candidate.
        candidate: its version.

    Raises:
        StoreUnavailableError: the store does not say.
    """
    registry = Registry(store)
    try:
        if registry.decision_about(candidate) and registry.decision(snapshot):
            return False
        by_person = registry.is_moved_by_person(candidate, snapshot)
        return not by_person and _is_to_be_judged(registry, candidate, snapshot)
    except StoreUnavailableError:
        raise
    except StoreError:
        return True


def _is_to_be_judged(registry: Registry, version: str, snapshot: date) -> bool:
    standing = registry.champion(snapshot)
    return not (
        registry.status(version) in _TAKEN_OUT
        or (standing is not None and standing.version == version)
        or registry.is_overruled(version, snapshot)
    )


def refuse_to_guess_sentiments(settings: Settings, serving: ChurnModel | None) -> None:
    """Refuse a champion that reads the sentiment of notes where nobody scores it.

    Raises:
        SettingsError: says what to switch on or to train.
    """
    if serving and settings.sentiment is Sentiment.OFF and reads_sentiment(serving.card.experiment):
        raise SettingsError(
            f"SPANISHGAS_SENTIMENT=off, but the champion {serving.version} was trained on "
            f"{serving.card.experiment}, which reads the sentiment of notes: train one without it "
            "(spanishgas run --train), or switch sentiment on"
        )


def read_otherwise(settings: Settings, serving: ChurnModel | None) -> str | None:
    """Say that notes are read otherwise than those that the champion learned from, if they are.

    Raises:
        SettingsError: the head that the settings name cannot be read.
    """
    if serving is None or not serving.card.notes_read_by:
        return None
    now, then = read_by(settings), serving.card.notes_read_by
    changed = [
        f"{name} by {then.get(name, 'nothing')}, now by {reader}"
        for name, reader in now.items()
        if then.get(name) != reader
    ]
    if not changed:
        return None
    return (
        f"the champion {serving.version} learned from notes read otherwise ({'; '.join(changed)}): "
        "its scores are less sure until a model is trained on the new reading (spanishgas run "
        "--train)"
    )


def _trained_on(store: Store, snapshot: date) -> pl.DataFrame:
    key = table_key(TRAINING_SET.layer, TRAINING_SET.name, snapshot.isoformat())
    return scan_tables(store, [key]).collect()
