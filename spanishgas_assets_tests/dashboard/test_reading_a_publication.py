"""What the pages read: one publication, the call list, one customer, the week."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.dashboard.call_rows import Wanted, call_rows, offers_made
from spanishgas_assets.dashboard.column_profile import churn_by, column_profile
from spanishgas_assets.dashboard.one_customer import customer_sheet, find_customers, offer_steps
from spanishgas_assets.dashboard.policy_trial import (
    changed_rules,
    customer_ids,
    plan,
    policy_file,
    trial,
)
from spanishgas_assets.dashboard.published_frames import PublicationDoor, PublishedFrames
from spanishgas_assets.dashboard.state_of_data import state_of_data
from spanishgas_assets.dashboard.week_figures import (
    at_risk_by,
    frames_before,
    has_other_rules,
    promised_and_accepted,
    week_figures,
    worth_of_limits,
)
from spanishgas_assets.errors import StoreError
from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.retention.config.policy import load_policy
from spanishgas_assets.retention.config.retention_config import POLICY, file_version
from spanishgas_assets.retention.decision.choice import choose
from spanishgas_assets.retention.decision.options import options
from spanishgas_assets.retention.recorded_outcomes import ACCEPTED, CALL_AGAIN, Outcome
from spanishgas_assets.storage.store import Store
from spanishgas_assets_tests.dashboard.conftest import tables_of
from spanishgas_assets_tests.retention.customers import RULES
from spanishgas_assets_tests.stored import publish_tables


def test_a_trial_chooses_what_the_graph_would(frames: PublishedFrames) -> None:
    rules = replace(RULES, policy=RULES.policy.model_copy(update={"budget_eur": 100.0, "calls": 1}))
    names = ("scored_customers", "contact_permissions", "campaign_effect")
    scored, permissions, effect = (frames.table(f"retention/{name}") for name in names)
    shifts = effect.select("offer", "segment", "shift")
    graph = choose(options(scored, permissions, rules, shifts), rules.policy)
    found = plan(frames, rules)
    ids = customer_ids(frames)
    for kind in ("taken", "withheld"):
        ours, theirs = getattr(found, kind), getattr(graph, kind)
        ours = ours.with_columns(pl.Series("customer_id", ids.gather(ours["customer_id"])))
        kept = [name for name in theirs.columns if name in ours.columns and name != "owner_id"]
        text = pl.col(pl.Enum, pl.Categorical).cast(pl.String)
        assert ours.select(kept).with_columns(text).equals(theirs.select(kept)), kind
    assert found.allocation.value_eur == graph.allocation.value_eur


def outcome(customer_id: str, result: str) -> Outcome:
    at = "2025-01-07T09:00:00+00:00"
    return Outcome(
        f"e-{customer_id}",
        customer_id,
        "2025-01-06",
        1,
        "offer_large",
        "phone",
        result,
        "",
        "ana",
        at,
    )


class Clock:
    """Seconds that a test moves on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_door_opens_a_publication_once_and_follows_a_newer_one(store: Store) -> None:
    clock = Clock()
    door = PublicationDoor(store.root, clock)
    first = door.current().frames
    publish_tables(store, "2025-01-06", *tables_of(0.9))
    assert door.current().frames is first
    clock.now = 11.0
    assert door.current().frames.publication.number == 2


def test_the_last_publication_stays_while_the_store_is_away(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    door = PublicationDoor(store.root, clock)
    first = door.current().frames

    def away(*_: object, **__: object) -> None:
        raise OSError("no answer")

    monkeypatch.setattr("spanishgas_assets.dashboard.published_frames.open_publication", away)
    clock.now = 11.0
    seen = door.current()
    assert (seen.frames, seen.away) == (first, True)


def test_an_empty_store_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="run a snapshot first"):
        PublicationDoor(str(tmp_path / "empty")).current()


def test_the_call_list_has_every_offer_the_most_valuable_first(frames: PublishedFrames) -> None:
    rows, count = call_rows(offers_made(frames), [], Wanted())
    assert rows["customer_id"].to_list() == ["C1", "C4"]
    assert count == 2
    assert rows["province_code"].to_list() == [8, 28]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(provinces=[8]), ["C1"]),
        (Wanted(channels=["email"]), ["C4"]),
        (Wanted(search=" c1 "), ["C1"]),
        (Wanted(search="X9"), []),
        (Wanted(segments=["SME"]), []),
        (Wanted(only_open=True), ["C4"]),
    ],
)
def test_the_list_is_filtered(frames: PublishedFrames, wanted: Wanted, found: list[str]) -> None:
    outcomes = [outcome("C1", ACCEPTED), outcome("C4", CALL_AGAIN)]
    rows, _ = call_rows(offers_made(frames), outcomes, wanted)
    assert rows["customer_id"].to_list() == found


def test_the_last_outcome_stands_in_the_list(frames: PublishedFrames) -> None:
    outcomes = [outcome("C1", CALL_AGAIN), outcome("C1", ACCEPTED)]
    row = call_rows(offers_made(frames), outcomes, Wanted())[0].row(0, named=True)
    assert (row["result"], row["recorded_by"], row["entries"]) == (ACCEPTED, "ana", 2)


def test_a_page_has_at_most_so_many_rows_and_knows_of_the_others(frames: PublishedFrames) -> None:
    rows, count = call_rows(offers_made(frames), [], Wanted(), most=1)
    assert (rows.height, count) == (1, 2)


@pytest.mark.parametrize(
    ("written", "found"),
    [("C1", ["C1"]), (" c1\u200b", ["C1"]), ("1", ["C1"]), ("C9", []), ("", []), ("🙂", [])],
)
def test_a_customer_is_found_in_any_spelling(
    frames: PublishedFrames, written: str, found: list[str]
) -> None:
    assert find_customers(frames, written) == found


def test_an_offers_steps_lead_to_the_tables_own_gain(frames: PublishedFrames) -> None:
    sheet = customer_sheet(frames, "C1")
    steps = dict(offer_steps(sheet))
    by_step = steps["probability"] * steps["save_rate"] * steps["monthly_margin"]
    assert steps["horizon"] == pytest.approx(sheet.decision["kept_months"], abs=0.01)
    assert steps["kept"] == pytest.approx(by_step * steps["horizon"])
    worked_out = steps["kept"] + steps["offer_cost"] + steps["contact_cost"]
    assert steps["gain"] == pytest.approx(worked_out, abs=0.01)


def test_a_sheet_has_twelve_months_with_the_price_paid(frames: PublishedFrames) -> None:
    sheet = customer_sheet(frames, "C1")
    assert sheet.months.height == 12
    assert sheet.months["price_paid_eur_kwh"][0] == pytest.approx(0.145)
    assert sheet.months["market_cost_eur_kwh"][0] == pytest.approx(0.10)
    assert sheet.notes["sentiment_label"].to_list() == ["negative"]
    assert sheet.counterfactual is not None


def test_a_customer_without_contacts_or_counterfactual_is_whole(frames: PublishedFrames) -> None:
    sheet = customer_sheet(frames, "C5")
    assert sheet.notes.is_empty()
    assert sheet.counterfactual is None


def test_an_unknown_customer_has_no_sheet(frames: PublishedFrames) -> None:
    with pytest.raises(StoreError, match="has the customer C99"):
        customer_sheet(frames, "C99")


def test_the_week_adds_up_and_knows_the_snapshot_before(store: Store) -> None:
    publish_tables(store, "2025-01-13", *tables_of(0.9))
    frames = PublishedFrames(open_publication(store.root))
    this, (before,) = week_figures(frames), frames_before(frames)
    assert this.at_risk["customers"] == 5
    assert this.offers["offers"] == 2
    assert before.publication.snapshot == "2025-01-06"
    lost = week_figures(before).at_risk["expected_yearly_loss_eur"]
    assert lost > this.at_risk["expected_yearly_loss_eur"]


def test_money_at_risk_is_told_by_province(frames: PublishedFrames) -> None:
    rows = at_risk_by(frames, "province_code")
    assert rows.select("province_code", "customers").rows() == [(8, 1), (28, 4)]


def test_accepted_offers_keep_a_part_of_the_promise(frames: PublishedFrames) -> None:
    promised = promised_and_accepted(frames, [outcome("C4", ACCEPTED)])
    assert promised["recorded"] == 1
    assert 0 < promised["accepted_eur"] < promised["promised_eur"]


def test_a_snapshot_is_stale_once_the_next_monday_is_over(frames: PublishedFrames) -> None:
    assert not state_of_data(frames, date(2025, 1, 13)).stale
    late = state_of_data(frames, date(2025, 1, 14))
    assert (late.stale, late.age_days, late.due) == (True, 8, date(2025, 1, 13))
    assert (late.checks, late.failed) == (1, 0)


def other_rules(**changes: object):
    same = {
        "budget_eur": None,
        "calls": None,
        "horizon_months": 12,
        "cost_per_call_eur": 20.0,
        "save_rate_factor": 1.0,
        "offers": RULES.offers.names,
    }
    return changed_rules(RULES, **(same | changes))


def test_a_trial_of_the_same_rules_moves_nobody(frames: PublishedFrames) -> None:
    found = trial(frames, other_rules())
    assert found.moved.is_empty()
    assert found.figures["offers"] == 2


def test_a_small_budget_takes_offers_away(frames: PublishedFrames) -> None:
    found = trial(frames, other_rules(budget_eur=1.0))
    assert found.figures["spent_eur"] <= 1.0
    assert "C1" in found.moved["customer_id"].to_list()
    assert found.moved["gain_change_eur"].max() <= 0


def test_offers_left_out_are_not_made(frames: PublishedFrames) -> None:
    found = trial(frames, other_rules(offers=["offer_small"]))
    assert set(found.choice.taken["offer"]) == {"offer_small"}


def test_a_trials_policy_can_be_used_as_it_is(tmp_path: Path) -> None:
    changed = other_rules(budget_eur=500.0).policy
    (tmp_path / "policy.yaml").write_text(policy_file(changed), encoding="utf-8")
    assert load_policy(tmp_path / "policy.yaml", RULES.offers.names) == changed


def test_churn_is_told_by_a_columns_values(frames: PublishedFrames) -> None:
    rows = churn_by(frames, "segment")
    assert rows.rows() == [("Residential", 5, 0.2)]


def test_a_column_is_described_by_its_levels_or_bins() -> None:
    rows = pl.LazyFrame({"level": ["a", "a", "b", None], "number": [1.0, 2.0, 3.0, 4.0]})
    levels = column_profile(rows, "level")
    assert (levels.missing_share, levels.distinct) == (0.25, 2)
    assert levels.counts.rows() == [("a", 2), ("b", 1)]
    many = column_profile(pl.LazyFrame({"number": range(100)}), "number")
    assert many.counts["rows"].sum() == 100


@pytest.mark.parametrize(("version", "other"), [("as it was", True), (None, False)])
def test_rules_that_changed_since_are_noticed(
    frames: PublishedFrames, version: str | None, other: bool
) -> None:
    known = {"2025-01-06": version or file_version(POLICY)}
    frames.publication.manifest.content.settings["config/retention_policy"] = known
    assert has_other_rules(frames, "") is other


def test_one_more_euro_is_worth_something_only_where_the_budget_is_short(
    frames: PublishedFrames,
) -> None:
    assert worth_of_limits(frames, RULES) == (0.0, 0.0)
    euro, call = worth_of_limits(frames, other_rules(budget_eur=20.0))
    assert euro > 0
    assert call == 0
