"""The examples in the docstrings that a newcomer reads first run, and print what they say."""

import doctest
import importlib

import pytest

EXAMPLES = {
    "bronze.price_month": "price_months",
    "churn.evaluation.metrics": "Scored.metrics",
    "gold.behavioral": "behavioral",
    "gold.compound": "compound",
    "gold.durations": "months_between",
    "gold.lifecycle": "lifecycle",
    "retention.config.tiers": "tier_of",
    "retention.scores": "scored_customers",
    "silver.margins": "monthly_margin",
    "silver.prices": "impute_prices",
    "tariffs.clock": "labelled_hours",
    "tariffs.periods": "period",
    "text.intent": "read_intents",
}


@pytest.mark.parametrize(("module", "transform"), EXAMPLES.items(), ids=EXAMPLES.values())
def test_the_example_runs(module: str, transform: str) -> None:
    name = f"spanishgas_assets.{module}"
    found = doctest.DocTestFinder(exclude_empty=False).find(importlib.import_module(name), name)
    (example,) = [one for one in found if one.name == f"{name}.{transform}"]
    assert example.examples, f"{example.name} has no example"
    printed: list[str] = []
    doctest.DocTestRunner().run(example, out=printed.append)
    assert not printed, "".join(printed)
