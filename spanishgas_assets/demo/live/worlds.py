"""The worlds that the live demo retailer may live in: a YAML file each, checked key by key."""

import math
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from spanishgas_assets.demo.history.shifts import Shift
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.yaml_models import YamlModel, read_yaml
from spanishgas_assets.yaml_values import (
    Amount,
    Count,
    CountFromOne,
    Share,
    Text,
    Texts,
    wanted,
)

_PACKAGED = Path(__file__).with_name("worlds")
#: Names of the packaged worlds.
WORLDS = tuple(sorted(path.stem for path in _PACKAGED.glob("*.yaml")))


class Responses(YamlModel):
    """What offers really do, against what `offers.yaml` states."""

    share_of_save_rate: Share = Field(description="True save rate as a share of the stated one.")
    share_of_save_rate_angry: Share = Field(
        description="The same for customers whose last note before they leave is negative."
    )
    woken_by_call: Share = Field(
        description="Share of those who would stay whom a call reminds to leave."
    )
    woken_after_weeks: CountFromOne = Field(description="Weeks from the call until they leave.")
    save_lasts_weeks: CountFromOne = Field(
        description="Weeks that a kept customer stays longer than without the offer."
    )


class Competitor(YamlModel):
    """A competitor who begins to take customers."""

    from_week: Count = Field(description="First week, counted from the start, which is 0.")
    leaving_odds: Annotated[float, Field(gt=0, allow_inf_nan=False), wanted("a number above 0")] = (
        Field(description="Factor on everybody's odds of leaving.")
    )


class Weather(YamlModel):
    """What the winter months (November to March) use, as a share of what they usually do."""

    winter_elec: Amount = Field(description="Factor on electricity.")
    winter_gas: Amount = Field(description="Factor on gas.")


class PlantedChange(YamlModel):
    """A change that the platform must tell of, and when it can first know."""

    what: Text = Field(description="What happens.")
    from_week: Count = Field(description="First week in which it happens.")
    seen_from_week: Count = Field(description="First week whose data show it.")
    told_by: Texts = Field(description="Checks any of which tells of it, as layer/table: check.")

    @model_validator(mode="after")
    def _is_seen_after_it_begins(self) -> Self:
        if self.seen_from_week < self.from_week:
            raise ValueError(
                f"is seen from week {self.seen_from_week}, before it begins in week "
                f"{self.from_week}"
            )
        return self


class World(YamlModel):
    """What happens to the retailer in a year, and what the platform must tell of it."""

    says: Text = Field(description="The world in one sentence.")
    responses: Responses
    competitor: Competitor | None = None
    weather: Weather = Weather(winter_elec=1.0, winter_gas=1.0)
    marketplace_from_week: Count | None = Field(
        default=None, description="From this week on all who join come by a new sales channel."
    )
    other_hands_from_week: Count | None = Field(
        default=None, description="From this week on agents write their notes otherwise."
    )
    planted: tuple[PlantedChange, ...] = Field(
        default=(), description="The changes that must be told."
    )

    @property
    def shift(self) -> Shift:
        """The weather as the longer history knows it."""
        return Shift(
            self.says, winter_elec=self.weather.winter_elec, winter_gas=self.weather.winter_gas
        )

    def logit(self, week: int) -> float:
        """What is added to everybody's logit of leaving in a week."""
        if self.competitor is None or week < self.competitor.from_week:
            return 0.0
        return math.log(self.competitor.leaving_odds)


def load_world(name: str) -> World:
    """Read a packaged world by its name, or a world of one's own by the path of its file.

    Raises:
        SettingsError: there is no such world, or its file is wrong; one line per fault names the
            file, the line and the key.
    """
    if name in WORLDS:
        return read_yaml(_PACKAGED / f"{name}.yaml", World)
    if not name.endswith((".yaml", ".yml")):
        raise SettingsError(
            f"{name!r} is not a world: choose one of {', '.join(WORLDS)}, or name a YAML file"
        )
    return read_yaml(Path(name), World)
