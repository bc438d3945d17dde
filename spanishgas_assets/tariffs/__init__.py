"""Spanish electricity tariff periods, their holidays and clock rules, as dated data."""
