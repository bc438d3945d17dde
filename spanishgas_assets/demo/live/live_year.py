"""The live retailer on disk: which weeks it has delivered, and what is written aside of the truth.

Below the truth folder lie `retailer.json` (whose year it is, and how far it has come),
`potential_outcomes.parquet` (what becomes of each customer with every offer and without), and
`offers/DATE.parquet` (the offers that were made after a Monday, as they were read when the next
week began). A week that was interrupted is written again, to the same bytes.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from spanishgas_assets.demo.files.writing import published
from spanishgas_assets.demo.live.live_retailer import LiveRetailer, build_live, present
from spanishgas_assets.demo.live.offers_made import OFFERS, offers_made
from spanishgas_assets.demo.live.reactions import after_offers
from spanishgas_assets.demo.live.weekly_drop import write_week
from spanishgas_assets.demo.live.worlds import load_world
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.storage.publication_log import published_snapshots
from spanishgas_assets.storage.store import Store, open_store


@dataclass(frozen=True)
class Identity:
    """Which retailer a truth folder belongs to; ``store`` is where its offers are published."""

    start: str
    customers: int
    seed: int
    world: str
    store: str


@dataclass(frozen=True)
class Delivered:
    """What a week brought: rows by file, customers on the Monday, and the offers before it."""

    week: int
    monday: date
    files: dict[str, int]
    customers: int
    offers: int


@dataclass(frozen=True)
class LiveYear:
    """An opened retailer: its draws, and where its files are."""

    retailer: LiveRetailer
    identity: Identity
    raw: Path
    truth: Path
    store: Store

    @property
    def delivered(self) -> int:
        """How many weeks are written, the first included."""
        return int(_read(self.truth)["weeks"]) if _file(self.truth).exists() else 0

    def customers(self, week: int) -> pl.DataFrame:
        """The customers as the offers recorded before a Monday have left them."""
        customers = self.retailer.at_start()
        for before in range(week):
            offers = self._recorded(before)
            customers = after_offers(customers, offers.filter("made"), before)
        return customers

    def offers(self, week: int) -> pl.DataFrame:
        """All offers recorded before a Monday, with the week of the Monday that they follow."""
        kinds = pl.Schema([*OFFERS.items(), ("week", pl.Int64())])
        return pl.concat(
            [
                pl.DataFrame(schema=kinds),
                *(
                    self._recorded(before).with_columns(week=pl.lit(before, pl.Int64))
                    for before in range(week)
                ),
            ]
        )

    def deliver(self) -> Delivered:
        """Write the next week, after reading what was offered since the Monday before.

        Raises:
            SettingsError: the store is of another retailer, or an offer is unknown.
            StoreError: what is published is damaged.
        """
        week = self.delivered
        if week:
            self._record(week - 1)
        try:
            customers = self.customers(week)
        except ValueError as error:
            raise SettingsError(
                f"{self.truth}: {error}; the offers that the world knows are those of offers.yaml"
            ) from error
        offers = self.offers(week)
        files = write_week(self.raw, self.retailer, customers, offers, week)
        _write(self.truth, {**asdict(self.identity), "weeks": week + 1})
        return Delivered(
            week=week,
            monday=self.retailer.monday(week),
            files=files,
            customers=present(customers, week).height,
            offers=offers.filter(pl.col("week") == week - 1, "made").height,
        )

    def _record(self, week: int) -> None:
        target = self._offers_file(week)
        if target.exists():
            return
        known = self.retailer.outcomes["customer_id"]
        offers = offers_made(self.store, str(self.retailer.monday(week)), known)
        with published(target) as partial:
            offers.write_parquet(partial)

    def _recorded(self, week: int) -> pl.DataFrame:
        return pl.read_parquet(self._offers_file(week))

    def _offers_file(self, week: int) -> Path:
        return self.truth / "offers" / f"{self.retailer.monday(week)}.parquet"


def open_live_year(
    raw: Path,
    truth: Path,
    store: str,
    *,
    start: date,
    customers: int,
    seed: int,
    world: str,
    save_rates: Mapping[tuple[str, str], float],
) -> LiveYear:
    """Open a retailer's year: a new one in an empty raw folder, or one begun before.

    Args:
        raw: where it delivers.
        truth: where its truth is written, outside ``raw``.
        store: where its recommendations are published.
        start: the first Monday.
        customers: how many it begins with.
        seed: of everything.
        world: name of a packaged world, or path of a YAML file.
        save_rates: the stated save rates by offer and segment.

    Raises:
        SettingsError: the world is unknown or wrong, or a folder or the store is another's.
        ValueError: start or number of customers are not possible.
    """
    if truth.resolve().is_relative_to(raw.resolve()):
        raise SettingsError(
            f"truth={truth} lies inside the raw folder {raw}, where a pipeline reads"
        )
    read = load_world(world)
    identity = Identity(str(start), customers, seed, world, str(open_store(store).root))
    opened = open_store(store)
    _refuse_another(raw, truth, opened, identity)
    retailer = build_live(customers, seed, start, read, save_rates)
    outcomes = truth / "potential_outcomes.parquet"
    if not outcomes.exists():
        with published(outcomes) as partial:
            retailer.outcomes.write_parquet(partial)
    return LiveYear(retailer, identity, raw, truth, opened)


def _refuse_another(raw: Path, truth: Path, store: Store, identity: Identity) -> None:
    if _file(truth).exists():
        had = {name: value for name, value in _read(truth).items() if name != "weeks"}
        wanted = asdict(identity)
        other = [f"{name} {had.get(name)}" for name in wanted if had.get(name) != wanted[name]]
        if other:
            raise SettingsError(
                f"{_file(truth)} is of another retailer ({', '.join(other)}); go on with its own "
                "options, or name other folders (--raw, --truth, --store)"
            )
        return
    if raw.exists() and (found := sorted(raw.iterdir())):
        raise SettingsError(
            f"{raw} already holds {found[0].name}, which is not of this retailer; name an empty "
            "folder with --raw"
        )
    if snapshots := published_snapshots(store):
        raise SettingsError(
            f"{store.root} has published the snapshot {snapshots[-1]} of another retailer; name "
            "a store of its own with --store"
        )


def _file(truth: Path) -> Path:
    return truth / "retailer.json"


def _read(truth: Path) -> dict[str, Any]:
    try:
        values = json.loads(_file(truth).read_text(encoding="utf-8"))
    except ValueError:
        values = None
    if not isinstance(values, dict) or not isinstance(values.get("weeks"), int):
        raise SettingsError(
            f"{_file(truth)} is damaged: it does not say how far the retailer has come. Remove "
            f"{truth} and what was delivered, and begin again"
        )
    return values


def _write(truth: Path, values: dict[str, Any]) -> None:
    with published(_file(truth)) as partial:
        partial.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
