"""The values that the columns of the retention layer may take."""

SCORE_SOURCES = ["out_of_fold", "model"]
#: Lowest risk first.
RISK_TIERS = ["Low", "Medium", "High", "Critical"]
NO_OFFER = "no_offer"
IMMEDIATE = "immediate"
TIMING_WINDOWS = [IMMEDIATE, "30_60_days", "60_90_days"]
PHONE = "phone"
CHANNELS = [PHONE, "email", "letter"]
#: What contact_preferences.csv says of a customer.
CONTACT_FLAGS = ["consent_calls", "opted_out", "vulnerable"]
#: The answer of each of them that closes most.
CLOSING_ANSWERS = {"consent_calls": 0, "opted_out": 1, "vulnerable": 1}
CONTACT_BLOCKS = ["opted_out", "no_call_consent", "vulnerable"]

NO_OFFER_DUE = "no_offer_due"
NEGATIVE_MARGIN = "negative_margin"
BUDGET_NOT_WORTH = "budget_not_worth"
COOL_DOWN = "cool_down"
HOLDOUT = "holdout"
OWNER_HAS_OFFER = "owner_has_offer"
NO_BUDGET_LEFT = "no_budget_left"
NO_CALL_LEFT = "no_call_left"
#: Why a customer gets no offer.
BLOCK_REASONS = [
    NO_OFFER_DUE,
    NEGATIVE_MARGIN,
    BUDGET_NOT_WORTH,
    *CONTACT_BLOCKS,
    COOL_DOWN,
    HOLDOUT,
    OWNER_HAS_OFFER,
    NO_BUDGET_LEFT,
    NO_CALL_LEFT,
]

#: What a customer was assigned to.
OFFERED, IN_HOLDOUT = "offer", "holdout"
ARMS = [OFFERED, IN_HOLDOUT]
#: In place of a segment, for all of them together.
EVERY_SEGMENT = "all"

#: What the team can change about a customer.
LEVERS = ["renewal", "price", "sentiment"]

#: Why a row of contact_preferences.csv or campaign_outcomes.csv is set aside.
NO_CUSTOMER = "not a customer of the snapshot"
FORMER_CUSTOMER = "former customer, of an earlier snapshot"
NO_CUSTOMER_OF_OFFER = "offer to no customer of the snapshot"
NO_LONGER_CUSTOMER = "offer of over a quarter ago, to no customer any more"
REPLACED = "a later row replaces it"
#: What is wrong with a prohibition that an earlier snapshot had.
GONE = "prohibition that is gone"
NO_SUCH_OFFER = "offer not in the offer table"
NEVER_CHOSEN = "offer for which the customer was never chosen"
BEFORE_OFFER = "dated before the offer was decided"
ARM_UNKNOWN = "neither contacted nor said to be in the holdout"
OTHER_WINDOW = "churned counts other days than the policy's follow-up"
CONTRADICTING = "another row of the customer, offer and day says otherwise"
