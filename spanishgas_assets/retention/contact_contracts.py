"""Contracts of what a customer may be told, and of what earlier offers did."""

from datetime import date

from spanishgas_assets.retention.column_values import CONTACT_BLOCKS
from spanishgas_assets.tables.contracts import Contract, column

_NOT_GIVEN = "contact_preferences.csv does not say"


class ContactPermissions(Contract):
    """Whom the retention team may contact, and how.

    Grain: one row per customer_id of the snapshot.
    """

    customer_id: str = column("Customer.", str_length={"min_value": 1})
    owner_id: str = column(
        "Who holds the supply: customers who agree in contract dates, sales channel and province "
        "count as one owner.",
        str_length={"min_value": 1},
        of=["owner_key"],
    )
    in_holdout: bool = column(
        "Drawn into the holdout: gets no offer, so that what offers do can be measured.",
        of=["customer_id"],
    )
    consent_calls: bool = column("Agreed to sales calls.", null=_NOT_GIVEN, structural=True)
    opted_out: bool = column("Wants no advertising.", null=_NOT_GIVEN, structural=True)
    vulnerable: bool = column("Vulnerable customer.", null=_NOT_GIVEN, structural=True)
    last_offer_date: date = column(
        "Day of the last contact with an offer before the snapshot, from campaign_outcomes.csv.",
        null="no such contact is known",
        structural=True,
        of=["offer_date", "contacted"],
    )
    in_cool_down: bool = column(
        "last_offer_date is less than the policy's cool-down ago.", of=["offer_date", "contacted"]
    )
    phone_block: str = column(
        "Rule that forbids a call.",
        null="may be called",
        structural=True,
        isin=CONTACT_BLOCKS,
        of=["opted_out", "consent_calls", "vulnerable"],
    )
    email_block: str = column(
        "Rule that forbids an e-mail.",
        null="may be written to",
        structural=True,
        isin=CONTACT_BLOCKS,
        of=["opted_out"],
    )
    letter_block: str = column(
        "Rule that forbids a letter.",
        null="may be written to",
        structural=True,
        isin=CONTACT_BLOCKS,
        of=["opted_out"],
    )


#: What says whether a customer was chosen for an offer, or would have been but for the holdout.
_OUTCOME = ["customer_id", "offer", "offer_date"]


class CampaignEffect(Contract):
    """What each offer did, measured against the holdout, and the save rate that decisions use.

    Grain: one row per offer of the offer table. Counts are customers of campaign_outcomes.csv
    whose offer is dated before the snapshot and whose outcome is known.
    """

    offer: str = column("Offer.", str_length={"min_value": 1}, of=())
    chosen: int = column("Customers the offer was chosen for, reached or not.", ge=0, of=_OUTCOME)
    contacted: int = column("Of them, reached.", ge=0)
    accepted: int = column("Of them, who accepted.", ge=0)
    chosen_churned: int = column("Of the chosen, who left.", ge=0, of=[*_OUTCOME, "churned"])
    holdout: int = column(
        "Customers of the holdout who would have had the offer.", ge=0, of=_OUTCOME
    )
    holdout_churned: int = column("Of them, who left.", ge=0, of=[*_OUTCOME, "churned"])
    prior_save_rate: float = column(
        "The offer table's save rate, averaged over its entries.",
        unit="share",
        ge=0,
        le=1,
        of=(),
    )
    prior_low: float = column("Lower end of its band, averaged.", unit="share", ge=0, le=1, of=())
    prior_high: float = column("Upper end of its band, averaged.", unit="share", ge=0, le=1, of=())
    measured_save_rate: float = column(
        "1 - churn rate of the chosen / churn rate of the holdout.",
        unit="share",
        null="nobody left among the chosen or the holdout, or one of the two is empty",
        structural=True,
        le=1,
        of=[*_OUTCOME, "churned"],
    )
    measured_low: float = column(
        "Lower end of its 95% interval.",
        unit="share",
        null="no measured save rate",
        structural=True,
        le=1,
        of=[*_OUTCOME, "churned"],
    )
    measured_high: float = column(
        "Upper end of its 95% interval.",
        unit="share",
        null="no measured save rate",
        structural=True,
        le=1,
        of=[*_OUTCOME, "churned"],
    )
    prior_is_updated: bool = column(
        "The measurement says more than the prior: enough churners, and an interval narrower than "
        "the band.",
        of=[*_OUTCOME, "churned"],
    )
    shift: float = column(
        "What is added to the offer's save rates: 0 while the prior stands, else the weighted "
        "mean of prior and measurement (weights 1 / width squared) less the prior.",
        ge=-1,
        le=1,
        of=[*_OUTCOME, "churned"],
    )


#: What an offer is decided by, and what the reasons quote.
