"""Spanish electricity tariff periods, their zones, holidays and clock rules, as dated data."""
