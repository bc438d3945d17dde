"""The registry from the command line: what each action does, and what it says."""

from dataclasses import replace
from datetime import date

import pytest

from spanishgas_assets.churn.gate.gate import judge
from spanishgas_assets.churn.gate.registry import Registry
from spanishgas_assets.cli import main
from spanishgas_assets.storage.store import open_store

from .retailer import altered

BY = ["--by", "Ana", "--why", "looked at it"]


@pytest.fixture(scope="module")
def accepted(model, training_rows):
    return judge(model, None, training_rows, resamples=20)


@pytest.fixture
def registry(tmp_path, monkeypatch):
    monkeypatch.setenv("SPANISHGAS_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("COLUMNS", "200")
    return Registry(open_store(str(tmp_path / "store")))


@pytest.fixture
def two(registry, model, accepted):
    """Two models that the gate accepted; the second serves."""
    second = altered(model, seed=7)
    for one, day in ((model, date(2025, 1, 6)), (second, date(2025, 1, 13))):
        registry.promote(one.save(registry.store), day, replace(accepted, version=one.version))
    return model.version, second.version


def test_an_empty_store_says_how_to_make_a_model(registry, capsys):
    assert main(["model", "list"]) == 0
    assert "train one with `spanishgas run --train`" in capsys.readouterr().out


def test_list_shows_models_their_standing_and_every_event(registry, two, capsys):
    assert main(["model", "list"]) == 0
    said = capsys.readouterr().out
    for version, status in zip(two, ("former", "champion"), strict=True):
        assert any(version in line and status in line for line in said.splitlines())
    assert f"promote   {two[1]} from 2025-01-13 by gate" in said


def test_show_prints_card_groups_and_verdict(registry, two, capsys):
    assert main(["model", "show", two[0]]) == 0
    said = capsys.readouterr().out
    for expected in ("2,000 customers", "holdout:", "lift_5", "segment: SME", "pass  floor"):
        assert expected in said


def test_rollback_lets_the_one_before_serve(registry, two, capsys):
    assert main(["model", "rollback", *BY]) == 0
    assert f"{two[0]} serves again" in capsys.readouterr().out
    assert registry.champion(date(2025, 1, 13)).version == two[0]
    assert main(["model", "rollback", *BY]) == 1
    assert "is the only champion" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "day"), [([], "2025-01-06"), (["--from", "2025-02-03"], "2025-02-03")]
)
def test_promote_lets_an_accepted_model_serve(registry, two, capsys, given, day):
    assert main(["model", "promote", two[1], *given, *BY]) == 0
    assert registry.champion(date.fromisoformat(day)).version == two[1]
    assert registry.history()[-1].by == "Ana"


def test_what_the_gate_refused_cannot_be_promoted(registry, two, accepted, capsys):
    registry.record(date(2025, 1, 6), replace(accepted, accepted=False), accepted.version)
    assert main(["model", "promote", two[0], *BY]) == 1
    assert "the gate refused it" in capsys.readouterr().err


def test_approve_and_reject_are_recorded(registry, model, accepted, capsys):
    registry.record(date(2025, 1, 6), accepted, model.save(registry.store))
    for action, status in (("approve", "approved"), ("reject", "rejected")):
        assert main(["model", action, model.version, *BY]) == 0
        assert registry.status(model.version) == status
        assert (registry.history()[-1].by, registry.history()[-1].why) == ("Ana", "looked at it")


@pytest.mark.parametrize("experiment", ["ablation", "search", "backtest"])
def test_an_experiment_needs_a_training_set(registry, capsys, experiment):
    assert main(["model", experiment, "--snapshot", "2025-01-06"]) == 1
    assert "has no training set" in capsys.readouterr().err


def test_the_ladder_is_the_ablation_for_one_release(registry, capsys):
    assert main(["model", "ladder", "--snapshot", "2025-01-06"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(
        "deprecated  `model ladder` is now `model ablation` and will be removed in 0.3\n"
    )
    assert "has no training set" in said


def test_a_model_whose_card_is_gone_is_named(registry, two, capsys):
    card = f"churn/models/{two[0]}/card.json"
    registry.store.delete([card])
    assert main(["model", "list"]) == 1
    said = capsys.readouterr().err
    assert f"{card} is not in the store" in said
    assert "spanishgas run --snapshot 2025-01-06 --train" in said


def test_a_verdict_that_is_gone_is_not_taken_for_none(registry, two, capsys):
    verdict = f"churn/decisions/{two[1]}.json"
    registry.store.delete([verdict])
    assert main(["model", "show", two[1]]) == 0
    assert f"{verdict} is not in the store, although the gate promoted" in capsys.readouterr().out
    assert main(["model", "promote", two[1], *BY]) == 1
    assert "Restore it from a backup" in capsys.readouterr().err
