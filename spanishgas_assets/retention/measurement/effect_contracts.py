"""Contracts of assignments, and of what offers did."""

from datetime import date

from spanishgas_assets.retention.column_values import ARMS, EVERY_SEGMENT, RISK_TIERS
from spanishgas_assets.silver.segments import SEGMENTS
from spanishgas_assets.tables.contracts import Contract, column

#: What says who was chosen for an offer, or would have been but for the holdout.
_OUTCOME = ["customer_id", "offer", "offer_date", "in_holdout"]
_LEFT = [*_OUTCOME, "churned", "churned_within_days"]
_UNMEASURED = "one of the two groups is empty, or nobody of the holdout left"


class Assignments(Contract):
    """Who was assigned to an offer, and who to the holdout in its place: the unit of measurement.

    Grain: one row per customer_id for whom the snapshot chose an offer, whether it is made or was
    withheld only because the customer is in the holdout.
    """

    customer_id: str = column("Customer.", str_length={"min_value": 1})
    owner_id: str = column("Who holds the supply: supplies of one owner are not independent.")
    segment: str = column("Residential, SME or Corporate.", isin=SEGMENTS)
    risk_tier: str = column("The policy's tier of the score.", isin=RISK_TIERS)
    offer: str = column("Offer that was chosen.", of=["action", "withheld_action"])
    arm: str = column(
        "offer: it is made; holdout: it is withheld, so that offers can be measured.",
        isin=ARMS,
        of=["action", "block_reason"],
    )
    probability: float = column(
        "Probability with which the customer came into this arm.",
        unit="share",
        gt=0,
        le=1,
        of=["action", "block_reason"],
    )
    offer_probability: float = column(
        "Probability with which the choice came to this offer, in either arm.",
        unit="share",
        gt=0,
        le=1,
    )
    draw: str = column("Draw of the holdout: its salt. Another draw makes another unit.", of=())
    decision_date: date = column("The snapshot that decided.", of=())
    follow_up_days: int = column(
        "Days from the offer within which leaving counts.", unit="days", ge=1, of=()
    )
    churn_probability: float = column("Score of the decision.", ge=0, le=1, of=["risk_score"])
    save_rate: float = column(
        "Save rate that the decision counts with: the promise.",
        unit="share",
        ge=0,
        le=1,
        of=["shift"],
    )
    save_rate_low: float = column(
        "Lower end of its 95% band: stated, or what outcomes leave of it.",
        unit="share",
        ge=0,
        le=1,
        of=["shift"],
    )
    save_rate_high: float = column("Upper end.", unit="share", ge=0, le=1, of=["shift"])
    at_stake_eur: float = column(
        "churn_probability x monthly margin x months that a save is expected to last: what a sure "
        "save would bring.",
        unit="EUR",
        ge=0,
        of=["risk_score", "avg_monthly_margin_eur"],
    )
    spend_eur: float = column(
        "Cost of offer and contact; 0 for the holdout.",
        unit="EUR",
        ge=0,
        of=["offer_cost_eur", "contact_cost_eur"],
    )


class CampaignEffect(Contract):
    """What each offer did, measured against the holdout, and the save rate that decisions use.

    Grain: one row per offer and segment of the offer table, and one per offer for all segments
    together. A unit is the first assignment of a customer in a draw of the holdout; it counts once
    the days of follow-up are over and its outcome is known, with the arm that was recorded when
    the offer was decided, or in the row of campaign_outcomes.csv.
    """

    offer: str = column("Offer.", str_length={"min_value": 1}, of=())
    segment: str = column(
        "Residential, SME or Corporate; all for the offer as a whole, with customers whose segment "
        "was not recorded.",
        isin=[EVERY_SEGMENT, *SEGMENTS],
        of=(),
    )
    chosen: int = column("Units that the offer was chosen for, reached or not.", ge=0, of=_OUTCOME)
    contacted: int = column("Of them, reached.", ge=0)
    accepted: int = column("Of them, who accepted.", ge=0)
    chosen_churned: int = column("Of the chosen, who left.", ge=0, of=_LEFT)
    holdout: int = column("Units of the holdout, who would have had the offer.", ge=0, of=_OUTCOME)
    holdout_churned: int = column("Of them, who left.", ge=0, of=_LEFT)
    crossed_over: int = column(
        "Of the holdout, who were contacted all the same; they stay in the holdout, which makes "
        "the offer look weaker.",
        ge=0,
        of=["contacted"],
    )
    open: int = column("Units whose days of follow-up are not over.", ge=0, of=_OUTCOME)
    unlabelled: int = column(
        "Units whose days are over and whose outcome is not known: they count as neither.",
        ge=0,
        of=_LEFT,
    )
    expected_holdout: float = column(
        "Units that should be in the holdout, of those counted whose probability was recorded.",
        ge=0,
        of=_OUTCOME,
    )
    sample_ratio_p: float = column(
        "Probability of a holdout so far from that by chance.",
        null="no probability was recorded",
        structural=True,
        ge=0,
        le=1,
        of=_OUTCOME,
    )
    prior_save_rate: float = column(
        "The offer table's save rate, averaged over the units by their score, or over the entries "
        "where there are no units.",
        unit="share",
        ge=0,
        le=1,
        of=(),
    )
    prior_low: float = column("Lower end of its band, likewise.", unit="share", ge=0, le=1, of=())
    prior_high: float = column("Upper end of its band, likewise.", unit="share", ge=0, le=1, of=())
    measured_save_rate: float = column(
        "1 - churn rate of the chosen / churn rate of the holdout, both at the same mean score.",
        unit="share",
        null=_UNMEASURED,
        structural=True,
        le=1,
        of=_LEFT,
    )
    measured_low: float = column(
        "Lower end of its 95% interval, for one look.",
        unit="share",
        null=_UNMEASURED,
        structural=True,
        le=1,
        of=_LEFT,
    )
    measured_high: float = column(
        "Upper end of its 95% interval, for one look.",
        unit="share",
        null=_UNMEASURED,
        structural=True,
        le=1,
        of=_LEFT,
    )
    always_valid_low: float = column(
        "Lower end of an interval that holds at every look together in 95%.",
        unit="share",
        null=f"{_UNMEASURED}, or one has fewer than 20 churners",
        structural=True,
        le=1,
        of=_LEFT,
    )
    always_valid_high: float = column(
        "Upper end of it.",
        unit="share",
        null=f"{_UNMEASURED}, or one has fewer than 20 churners",
        structural=True,
        le=1,
        of=_LEFT,
    )
    effect_is_proven: bool = column(
        "The interval that holds at every look leaves out 0: the offer does something.", of=_LEFT
    )
    score_explains: float = column(
        "Share of the variance that the score takes out of the measurement.",
        unit="share",
        null=_UNMEASURED,
        structural=True,
        ge=0,
        le=1,
        of=_LEFT,
    )
    save_rate: float = column(
        "What is believed after the outcomes: prior and measurement, each as sure as it is, the "
        "other segments and offers lending strength.",
        unit="share",
        ge=0,
        le=1,
        of=_LEFT,
    )
    save_rate_low: float = column("Lower end of its 95% band.", unit="share", ge=0, le=1, of=_LEFT)
    save_rate_high: float = column("Upper end of it.", unit="share", ge=0, le=1, of=_LEFT)
    prior_weight: float = column(
        "Share of the prior's variance that the outcomes have left: 1 where all is still prior.",
        unit="share",
        ge=0,
        le=1,
        of=_LEFT,
    )
    shift: float = column(
        "What is added to the stated save rates of this offer and segment.", ge=-1, le=1, of=_LEFT
    )


class Promises(Contract):
    """What decisions promised of offers, and what came of it against the holdout.

    Grain: one row per campaign, offer and month of the decision, of customers whose assignment was
    published; a campaign is a draw of the holdout. Sums over the units that the offer was chosen
    for and whose outcome counts.
    """

    campaign: str = column("Draw of the holdout.", of=())
    offer: str = column("Offer.", str_length={"min_value": 1}, of=())
    month: date = column("First day of the month of the decision.", of=())
    chosen: int = column("Units that the offer was chosen for.", ge=0, of=_LEFT)
    holdout: int = column("Units of the holdout.", ge=0, of=_LEFT)
    waiting: int = column("Units whose outcome does not count yet.", ge=0, of=_LEFT)
    promised_saves: float = column(
        "Customers whom the offer was to keep.",
        unit="customers",
        of=_LEFT,
    )
    promised_saves_low: float = column(
        "Lower end of it, 95%.",
        unit="customers",
        of=_LEFT,
    )
    promised_saves_high: float = column(
        "Upper end of it, 95%.",
        unit="customers",
        of=_LEFT,
    )
    realised_saves: float = column(
        "Customers whom it kept, as the holdout shows.",
        unit="customers",
        null=_UNMEASURED,
        structural=True,
        of=_LEFT,
    )
    realised_saves_low: float = column(
        "Lower end of it, 95%.",
        unit="customers",
        null=_UNMEASURED,
        structural=True,
        of=_LEFT,
    )
    realised_saves_high: float = column(
        "Upper end of it, 95%.",
        unit="customers",
        null=_UNMEASURED,
        structural=True,
        of=_LEFT,
    )
    promised_eur: float = column(
        "What it was to bring, offers and contacts paid.",
        unit="EUR",
        of=_LEFT,
    )
    promised_eur_low: float = column(
        "Lower end of it, 95%.",
        unit="EUR",
        of=_LEFT,
    )
    promised_eur_high: float = column(
        "Upper end of it, 95%.",
        unit="EUR",
        of=_LEFT,
    )
    realised_eur: float = column(
        "What it brought, offers and contacts paid.",
        unit="EUR",
        null=_UNMEASURED,
        structural=True,
        of=_LEFT,
    )
    realised_eur_low: float = column(
        "Lower end of it, 95%.",
        unit="EUR",
        null=_UNMEASURED,
        structural=True,
        of=_LEFT,
    )
    realised_eur_high: float = column(
        "Upper end of it, 95%.",
        unit="EUR",
        null=_UNMEASURED,
        structural=True,
        of=_LEFT,
    )
    promise_holds: bool = column(
        "Promise and measurement differ by no more than both are unsure of, in 95%.",
        null=_UNMEASURED,
        structural=True,
        of=_LEFT,
    )
