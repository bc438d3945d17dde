"""Another policy on one's own logs: right where they overlap, refused where they do not."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from spanishgas_assets.cli import main
from spanishgas_assets.errors import EvidenceError
from spanishgas_assets.retention.column_values import IN_HOLDOUT
from spanishgas_assets.retention.config import retention_config
from spanishgas_assets.retention.config.retention_config import load_rules
from spanishgas_assets.retention.measurement import other_policy
from spanishgas_assets.retention.measurement.assignments import assignments
from spanishgas_assets.retention.measurement.campaign_effect import campaign_effect
from spanishgas_assets.retention.measurement.off_policy import Logged, off_policy
from spanishgas_assets.retention.tables import (
    ASSIGNMENTS,
    CAMPAIGN_EFFECT,
    CONTACT_PERMISSIONS,
    SCORED_CUSTOMERS,
)
from spanishgas_assets.storage.store import open_store
from spanishgas_assets_tests.stored import publish_tables

from .customers import permissions, recommend, rules, scored
from .measured import followed, group

TRUE = 0.3


def simulated(rng, count=3000, *, rare=0.5, good_guess=True):
    """Rows whose reward is 1 with the action and 0.3 without; the other policy never acts."""
    act = rng.random(count) < rare
    reward = np.where(act, 1.0, TRUE) + rng.normal(0, 0.5, count)
    guess = TRUE if good_guess else 0.9
    return Logged(
        reward=reward,
        propensity=np.where(act, rare, 1 - rare),
        matches=~act,
        supported=np.ones(count, dtype=bool),
        guess=np.full(count, guess),
        guess_logged=np.where(act, 1.0, guess),
        owner=np.arange(count),
    )


@pytest.mark.parametrize("good_guess", [True, False])
def test_the_intervals_hold_the_truth(good_guess):
    rng = np.random.default_rng(3)
    held = {"ips": 0, "self_normalised": 0, "doubly_robust": 0}
    for _ in range(200):
        found = off_policy(simulated(rng, good_guess=good_guess))
        for name in held:
            value = getattr(found, name)
            held[name] += value.low <= TRUE <= value.high
    assert all(count >= 182 for count in held.values()), held


def test_a_good_guess_narrows_the_doubly_robust_interval():
    rng = np.random.default_rng(4)
    good, bad = (off_policy(simulated(rng, good_guess=one)).doubly_robust for one in (True, False))
    assert good.high - good.low < bad.high - bad.low


def test_logs_that_seldom_did_it_are_refused_with_their_effective_rows():
    logs = simulated(np.random.default_rng(5), rare=0.99)
    with pytest.raises(EvidenceError, match=r"worth \d+ effective rows of 3,000, fewer than 100"):
        off_policy(logs)


def test_one_huge_weight_is_worth_two_rows():
    logs = simulated(np.random.default_rng(6))
    propensity = np.where(np.arange(3000) < 2, 1 / 21_739, 1.0)
    logs = Logged(
        logs.reward, propensity, np.ones(3000, bool), logs.supported, logs.guess,
        logs.guess_logged, logs.owner,
    )  # fmt: skip
    with pytest.raises(EvidenceError, match="worth 2 effective rows"):
        off_policy(logs)


def test_what_was_never_tried_is_refused():
    logs = simulated(np.random.default_rng(7))
    logs.supported[:300] = False
    with pytest.raises(EvidenceError, match=r"10\.0% of 3,000 rows would get what was never tried"):
        off_policy(logs)


def units_and_chosen(other):
    given, told = group("C", 2, 1)
    out, untold = group("H", 1, 0, arm=IN_HOLDOUT)
    units = followed([*told, *untold], [*given, *out]).units
    chosen = pl.DataFrame(
        [(one, date(2024, 9, 2), other, 0.15, 2.0) for one in ("C0", "C1", "H0")],
        schema=["customer_id", "decision_date", "other", "other_save_rate", "other_spend_eur"],
        orient="row",
    )
    return units, chosen if other else chosen.clear()


def test_a_row_costs_what_a_leaving_customer_takes_and_what_was_spent():
    logs = other_policy.logged(*units_and_chosen("offer_small"))
    # 60 EUR at a probability of 0.5: who leaves takes 120 EUR along.
    assert logs.reward.tolist() == [-122.0, -2.0, 0.0]
    assert logs.propensity.tolist() == [0.8, 0.8, 0.2]
    assert logs.matches.tolist() == [True, True, False]
    assert logs.guess.tolist() == pytest.approx([-60 * 0.85 - 2] * 3)
    assert logs.guess_logged.tolist() == pytest.approx([-53.0, -53.0, -60.0])
    assert logs.supported.all()


def test_a_policy_that_does_nothing_is_the_holdout():
    logs = other_policy.logged(*units_and_chosen(""))
    assert logs.matches.tolist() == [False, False, True]
    assert logs.supported.all()


def test_another_offer_than_the_one_that_was_ever_made_is_not_supported():
    assert not other_policy.logged(*units_and_chosen("offer_large")).supported.any()


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A snapshot of September with 1,200 customers, and their outcomes in December."""
    (tmp_path / "raw").mkdir()
    for name in ("store", "raw"):
        monkeypatch.setenv(f"SPANISHGAS_{name.upper()}", str(tmp_path / name))
    monkeypatch.setenv("COLUMNS", "200")
    customers, team = [(0.5, 40.0)] * 1200, rules(holdout_share=0.5)
    drawn = {f"C{n}": {"in_holdout": True} for n in range(1, 601)}
    scores, allowed = scored(*customers), permissions(1200, **drawn).collect()
    effect = campaign_effect(followed([]).units, load_rules().offers)
    made = assignments(
        recommend(*customers, rules=team, given=drawn).lazy(),
        scores.lazy(),
        effect.lazy(),
        team,
        date(2024, 9, 2),
    )
    tables = (
        (SCORED_CUSTOMERS, scores),
        (CONTACT_PERMISSIONS, allowed),
        (CAMPAIGN_EFFECT, effect),
        (ASSIGNMENTS, made),
    )
    store = open_store(str(tmp_path / "store"))
    publish_tables(store, "2024-09-02", *tables)
    publish_tables(store, "2024-12-30", (SCORED_CUSTOMERS, scores))
    (offer,) = made["offer"].unique()
    lines = [
        f"C{n},{offer},2024-09-03,{int(n > 600)},,{int(n % 2 == 0 and (n <= 600 or n % 20 > 4))}"
        for n in range(1, 1201)
    ]
    head = "customer_id,offer,offer_date,contacted,accepted,churned"
    (tmp_path / "raw" / "campaign_outcomes.csv").write_text("\n".join([head, *lines]) + "\n")
    return tmp_path


def own_policy(folder, least_value="1.0"):
    packaged = Path(retention_config.__file__).with_name(retention_config.POLICY)
    text = packaged.read_text(encoding="utf-8")
    file = folder / "policy.yaml"
    file.write_text(text.replace("least_value_eur: 1.0", f"least_value_eur: {least_value}"))
    return str(file)


def test_the_command_says_what_a_policy_would_have_brought(store, capsys):
    file = own_policy(store, "1000")
    assert main(["policy", "evaluate", file]) == 0
    said = capsys.readouterr().out
    # Nobody gets an offer any more: what became of the 600 of the holdout counts.
    assert "1,200 customers of 1 snapshots; effective rows 600, 0.0% never tried" in said
    assert "this policy, self-normalised" in said
    assert "as it ran, doubly robust" in said


def test_the_command_refuses_without_outcomes(store, capsys):
    (store / "raw" / "campaign_outcomes.csv").unlink()
    assert main(["policy", "evaluate", own_policy(store)]) == 1
    assert "no published assignment has an outcome yet" in " ".join(capsys.readouterr().err.split())
