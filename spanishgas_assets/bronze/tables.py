"""Contracts of the bronze tables: typed, validated facts as the source gave them."""

from datetime import date
from typing import Any

from spanishgas_assets.bronze.monthly_contracts import (
    ConsumptionMonth,
    CostMonth,
    CustomerMonth,
    PriceMonth,
    TariffMonth,
)
from spanishgas_assets.raw.files import (
    CHURN_LABEL,
    CONSUMPTION_HOURLY,
    COSTS,
    CUSTOMER_ATTRIBUTES,
    CUSTOMER_CONTRACTS,
    CUSTOMER_INTERACTIONS,
    FIRST_PROVINCE,
    LAST_PROVINCE,
    PRICE_HISTORY,
)
from spanishgas_assets.raw.plausible import RECORDED_DAYS, SUPPLY_DAYS
from spanishgas_assets.settings import Intent, Sentiment
from spanishgas_assets.tables.contracts import Contract, Table, column
from spanishgas_assets.text.vocabulary import LANGUAGES, STATED_INTENTS, STATED_SENTIMENTS

_SUPPLIED: dict[str, Any] = {"ge": SUPPLY_DAYS.low, "le": SUPPLY_DAYS.high}
_RECORDED: dict[str, Any] = {"ge": RECORDED_DAYS.low, "le": RECORDED_DAYS.high}


class Customer(Contract):
    """One customer: label, attributes and contract dates as the raw files give them.

    Grain: one row per customer_id present in attributes and contracts.
    """

    customer_id: str = column("Customer.", str_length={"min_value": 1})
    churn: int = column(
        "1 if the customer left, 0 if not.",
        null="the customer has no label yet",
        structural=True,
        isin=[0, 1],
    )
    label_date: date = column(
        "Day from which on the label counts leaving: the file's, else SPANISHGAS_LABEL_DATE, else "
        "that of the dated drop.",
        null="no label, or nothing says of which day",
        structural=True,
        **_RECORDED,
    )
    contracted_power_kw: float = column("Contracted power.", unit="kW", gt=0)
    is_industrial: bool = column("Industrial supply.")
    is_second_residence: bool = column("Second residence.")
    province_code: int = column("Province, INE code.", ge=FIRST_PROVINCE, le=LAST_PROVINCE)
    region: str = column("Region, as the source spells it.", null="not given")
    is_high_competition_province: bool = column("Province with strong competition.")
    is_urban: bool = column("Urban supply.")
    sales_channel: str = column("Sales channel, as the source spells it, lower case.")
    customer_first_activation_date: date = column("First day as a customer.", **_SUPPLIED)
    contract_start_date: date = column(
        "First day of the current contract.", null="not given", **_SUPPLIED
    )
    last_product_change_date: date = column(
        "Last change of product.",
        null="the product was never changed",
        structural=True,
        **_SUPPLIED,
    )
    next_renewal_date: date = column("Day the contract renews.", **_RECORDED)


_SENTIMENT_OFF = "sentiment is switched off"
_NO_SENTIMENT = f"the note was not understood, or {_SENTIMENT_OFF}"
_NO_HEAD = "the word lists read the intent, or the note is empty"


def _probability(intent: str) -> Any:
    return column(
        f"Probability that the intent is {intent}.",
        null=_NO_HEAD,
        structural=True,
        ge=0,
        le=1,
        of=["interaction_summary"],
    )


class Interactions(Contract):
    """Customer-service notes without personal data, each with its intent and sentiment.

    Grain: one row per record of the drop, numbered as found in the file. Personal data are
    replaced by tags such as [NAME]; the words as written stay in raw only.
    """

    record: int = column("Position in the file, from 1.", ge=1, of=())
    customer_id: str = column("Customer.", str_length={"min_value": 1})
    interaction_date: date = column("Day of the contact.", of=["date"], **_RECORDED)
    channel: str = column("Channel of the contact.", null="not given")
    interaction_summary: str = column(
        "The note, personal data replaced by tags.", null="the note is empty", structural=True
    )
    language: str = column(
        "Language of the note; other is any that is not read.",
        null="the note is empty",
        structural=True,
        isin=LANGUAGES,
        of=["interaction_summary"],
    )
    customer_intent: str = column(
        "What the customer wanted; Not understood is none of the intents.",
        isin=STATED_INTENTS,
        of=["interaction_summary"],
    )
    intent_phrase: str = column(
        "Words of the lists that speak for the intent, in plain letters.",
        null="no word that speaks for it is in the note",
        structural=True,
        of=["interaction_summary"],
    )
    intent_confidence: float = column(
        "Probability of the likeliest intent. The word lists take one below 0.5 for Other / "
        "Unclassified; the head has a limit of its own for Not understood, on its card.",
        ge=0,
        le=1,
        of=["interaction_summary"],
    )
    intent_cancellation: float = _probability("Cancellation / Switch")
    intent_complaint: float = _probability("Complaint / Escalation")
    intent_billing: float = _probability("Billing / Payment")
    intent_renewal: float = _probability("Contract Renewal")
    intent_pricing: float = _probability("Pricing Offers")
    intent_product: float = _probability("Plan / Product Inquiry")
    intent_account: float = _probability("Account / Service Inquiry")
    intent_operational: float = _probability("General / Operational Contact")
    intent_other: float = _probability("Other / Unclassified")
    likeness: float = column(
        "How like the note is to the notes that the head learned from: the cosine of its vector to "
        "the nearest of theirs. Below the limit on the head's card it is not understood.",
        null="no head read the note",
        structural=True,
        ge=-1,
        le=1,
        of=["interaction_summary"],
    )
    intent_backend: str = column(
        "What the settings name to read the intent.",
        isin=[backend.value for backend in Intent],
        of=(),
    )
    intent_revision: str = column(
        "Revision of the head that read the intent.",
        null="the word lists read it, or the note is empty",
        structural=True,
        of=(),
    )
    sentiment_negative: float = column(
        "Share of negative sentiment.",
        null=_NO_SENTIMENT,
        structural=True,
        ge=0,
        le=1,
        of=["interaction_summary"],
    )
    sentiment_neutral: float = column(
        "Share of neutral sentiment.",
        null=_NO_SENTIMENT,
        structural=True,
        ge=0,
        le=1,
        of=["interaction_summary"],
    )
    sentiment_positive: float = column(
        "Share of positive sentiment.",
        null=_NO_SENTIMENT,
        structural=True,
        ge=0,
        le=1,
        of=["interaction_summary"],
    )
    sentiment_label: str = column(
        "The strongest of the three.",
        null=_SENTIMENT_OFF,
        structural=True,
        isin=STATED_SENTIMENTS,
        of=["interaction_summary"],
    )
    sentiment_backend: str = column(
        "What the settings name to score the sentiment.",
        isin=[backend.value for backend in Sentiment],
        of=(),
    )
    sentiment_revision: str = column(
        "Revision of the head, model or lexicon that scored the sentiment.",
        null="scored by rule (no text), in a language that is not read, or switched off",
        structural=True,
        of=(),
    )


_MONTHLY = ("customer_id", "month")

#: Why a price row is set aside.
NO_CONSUMPTION = "price without consumption"
#: Why a label is set aside whose customer has left since.
FORMER_CUSTOMER = "label of a former customer"
#: Labels are of a quarter or a year ago, and a tenth may leave in a quarter. Above half of them,
#: the ids of the files do not belong together.
FORMER_CUSTOMER_LIMIT = 0.5
#: Why a month is set aside whose customer the snapshot does not know.
UNKNOWN_CUSTOMER = "customer not in the snapshot"
#: Former customers and those who come later have readings: about a tenth of a year's months in a
#: history of demo data. Above half of them, the ids of the files do not belong together.
UNKNOWN_CUSTOMER_LIMIT = 0.5

CONSUMPTION_MONTH = Table(
    "bronze",
    "consumption_month",
    ConsumptionMonth,
    _MONTHLY,
    "month",
    (CONSUMPTION_HOURLY,),
    # An hour that is lost is one of the month's hours_missing as well, not a customer.
    set_aside_limit=0.02,
)
PRICE_MONTH = Table("bronze", "price_month", PriceMonth, _MONTHLY, "month", (PRICE_HISTORY,))
COST_MONTH = Table("bronze", "cost_month", CostMonth, ("province_code", "month"), "month", (COSTS,))
CUSTOMER_MONTH = Table(
    "bronze",
    "customer_month",
    CustomerMonth,
    _MONTHLY,
    "month",
    (CONSUMPTION_MONTH, PRICE_MONTH),
    # Meters that were not read for a month have a price all the same.
    reason_limits={NO_CONSUMPTION: 0.05},
)
CUSTOMER = Table(
    "bronze",
    "customer",
    Customer,
    ("customer_id",),
    "snapshot",
    (CUSTOMER_ATTRIBUTES, CUSTOMER_CONTRACTS, CHURN_LABEL),
    reason_limits={FORMER_CUSTOMER: FORMER_CUSTOMER_LIMIT},
)
INTERACTIONS = Table(
    "bronze", "interactions", Interactions, ("record",), "snapshot", (CUSTOMER_INTERACTIONS,)
)
TARIFF_MONTH = Table(
    "bronze",
    "tariff_month",
    TariffMonth,
    _MONTHLY,
    "snapshot",
    (CONSUMPTION_MONTH, CUSTOMER),
    reason_limits={UNKNOWN_CUSTOMER: UNKNOWN_CUSTOMER_LIMIT},
)
