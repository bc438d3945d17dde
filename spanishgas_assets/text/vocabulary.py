"""The values that reading a note can give: its intent, its sentiment, its language.

Every table, word list and model names them as they are here; ``intents.yaml`` and
``languages.yaml`` list the same intents and languages, each with its words.
"""

CANCELLATION = "Cancellation / Switch"
COMPLAINT = "Complaint / Escalation"
BILLING = "Billing / Payment"
RENEWAL = "Contract Renewal"
PRICING = "Pricing Offers"
PRODUCT = "Plan / Product Inquiry"
ACCOUNT = "Account / Service Inquiry"
OPERATIONAL = "General / Operational Contact"
UNCLASSIFIED = "Other / Unclassified"

#: What the customer wanted; of several in one note, the first wins.
INTENTS = [
    CANCELLATION,
    COMPLAINT,
    BILLING,
    RENEWAL,
    PRICING,
    PRODUCT,
    ACCOUNT,
    OPERATIONAL,
    UNCLASSIFIED,
]

#: Intent of a note that was not understood: it may be about anything, "other" included.
NOT_UNDERSTOOD = "Not understood"

#: What the intent of a stored note can be.
STATED_INTENTS = [*INTENTS, NOT_UNDERSTOOD]

#: In the order of a scorer's three shares.
SENTIMENTS = ["negative", "neutral", "positive"]

#: Sentiment of a note that was not understood; it has no scores.
SENTIMENT_NOT_UNDERSTOOD = "not understood"

#: What the sentiment of a stored note can be.
STATED_SENTIMENTS = [*SENTIMENTS, SENTIMENT_NOT_UNDERSTOOD]

#: Any language whose words are not known.
OTHER_LANGUAGE = "other"

#: ISO 639-1, and the rest.
LANGUAGES = ["en", "es", "ca", "gl", "eu", OTHER_LANGUAGE]
