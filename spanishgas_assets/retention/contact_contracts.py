"""Contract of what a customer may be told."""

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
    last_accepted_date: date = column(
        "Day of the last offer before the snapshot that the customer accepted.",
        null="no such offer is known",
        structural=True,
        of=["offer_date", "accepted"],
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
