"""What ``periods.yaml`` holds: tariff periods by day, tariff, zone and season, as models."""

from typing import Annotated

from pydantic import AfterValidator, Field, Strict, field_validator

from spanishgas_assets.yaml_models import YamlModel, fault_at
from spanishgas_assets.yaml_values import CountFromOne, Day, EachOf, OneOf, Text, wanted

SMALL_TARIFF, LARGE_TARIFF = "2.0TD", "3.0TD"
TARIFFS = (SMALL_TARIFF, LARGE_TARIFF)
ZONES = ("peninsula", "balearics", "canaries", "ceuta", "melilla")

#: Working-day hours that no tariff or zone splits; weekends are in the valley.
WORKING_BLOCKS = ("valley", "side", "h09", "h10", "core", "h14", "h18", "h22")


def _is_forward(hours: tuple[int, int]) -> tuple[int, int]:
    if hours[0] >= hours[1]:
        raise ValueError(f"is {list(hours)}, which ends before it begins")
    return hours


_Int = Annotated[int, Strict()]
Hour = Annotated[_Int, Field(ge=0, le=24), wanted("an hour from 0 to 24")]
Month = Annotated[_Int, Field(ge=1, le=12), wanted("a month from 1 to 12")]
DayOfMonth = Annotated[_Int, Field(ge=1, le=31), wanted("a day from 1 to 31")]
Period = Annotated[_Int, Field(ge=1, le=6), wanted("a period from 1 to 6")]
Zone = Annotated[str, OneOf(ZONES)]
#: The hours that begin from the first on and before the last.
HourRange = Annotated[tuple[Hour, Hour], AfterValidator(_is_forward)]
HourRanges = Annotated[tuple[HourRange, ...], Field(min_length=1)]


class Season(YamlModel):
    """The periods of some months."""

    months: Annotated[tuple[Month, ...], Field(min_length=1)]
    first: Period = Field(description="Period of the zone's first hours.")
    second: Period = Field(description="Period of the zone's second hours.")


class ZoneHours(YamlModel):
    """A zone's hours of working days; those not named are in the tariff's valley."""

    first: HourRanges = Field(description="The dearest hours, as [from, to].")
    second: HourRanges = Field(description="The hours around them, as [from, to].")
    seasons: tuple[Season, ...] = Field(description="Each month is in one of them.")

    @field_validator("seasons")
    @classmethod
    def _hold_each_month_once(cls, seasons: tuple[Season, ...]) -> tuple[Season, ...]:
        months = sorted(month for season in seasons for month in season.months)
        if months != list(range(1, 13)):
            raise ValueError(f"hold the months {months}, not each of 1 to 12 once")
        return seasons


class Tariff(YamlModel):
    """The periods of a tariff."""

    valley: Period = Field(description="Period of weekends, holidays and hours not named.")
    zones: Annotated[dict[str, ZoneHours], EachOf(ZONES)]


class TariffRules(YamlModel):
    """What holds from a day on, until the next entry's."""

    valid_from: Day
    tariffs: Annotated[dict[str, Tariff], EachOf(TARIFFS)]


class Holiday(YamlModel):
    """A day of the year that is valley all day."""

    month: Month
    day: DayOfMonth
    name: Text


class TariffPeriods(YamlModel):
    """Electricity tariff periods as dated data."""

    rules: Annotated[tuple[TariffRules, ...], Field(min_length=1)]
    small_supply_kw: CountFromOne = Field(
        description="Most contracted power of a 2.0TD supply, kW."
    )
    zone_of_province: dict[Annotated[int, Strict()], Zone] = Field(
        description="Zone of the provinces (INE code) outside the Peninsula."
    )
    blocks: Annotated[dict[str, HourRanges], EachOf(WORKING_BLOCKS)] = Field(
        description="Working-day hours that every tariff and zone keeps in one period."
    )
    holidays: tuple[Holiday, ...] = Field(description="Fixed national days that are valley.")

    @field_validator("rules")
    @classmethod
    def _follow_each_other(cls, rules: tuple[TariffRules, ...]) -> tuple[TariffRules, ...]:
        for number in range(1, len(rules)):
            before, begins = rules[number - 1].valid_from, rules[number].valid_from
            if begins <= before:
                raise fault_at(f"is {begins}, not after the entry above ({before})", number)
        return rules

    @field_validator("blocks")
    @classmethod
    def _hold_each_hour_once(
        cls, blocks: dict[str, tuple[tuple[int, int], ...]]
    ) -> dict[str, tuple[tuple[int, int], ...]]:
        hours = sorted(
            hour
            for ranges in blocks.values()
            for begin, end in ranges
            for hour in range(begin, end)
        )
        if hours != list(range(24)):
            raise ValueError(f"hold the hours {hours}, not each of 0 to 23 once")
        return blocks
