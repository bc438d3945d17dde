"""The short notes of docs/domain.md#published-notes, with their published sentiment and intent.

Where the intent here differs from the published one, ``REREAD`` says why.
"""

_INTENT = {
    "C": "Complaint / Escalation",
    "X": "Cancellation / Switch",
    "R": "Contract Renewal",
    "P": "Pricing Offers",
    "L": "Plan / Product Inquiry",
    "A": "Account / Service Inquiry",
    "B": "Billing / Payment",
}

_PUBLISHED = {
    "negative": """
        Cust in store re: account issues. Unhappy. [C]
        Cust in-person. Discussed renewal options. Unhappy. [C]
        Cust inq about renewal. Unhappy with service. [C]
        Cust inq. about renewal options. Unhappy. [C]
        Cust inquired about account closure. Disappointed. [X]
        Cust inquired about account options. Unhappy. [C]
        Cust inquired about contract renewal options. Unhappy. [C]
        Cust inquired about early cancellation. Not satisfied. [X]
        Cust inquired about early contract cancel. Frustrated. [X]
        Cust inquired about early contract termination. Unhappy. [C]
        Cust inquired about early contract termination. Unsatisfied. [C]
        Cust inquired about early termination fees. Unsatisfied. [C]
        Cust inquired about early termination. Unhappy. [C]
        Cust inquired about late renewal. Dissatisfied. [C]
        Cust inquired about past due bill. Upset. [C]
        Cust inquired about pricing. Very dissatisfied. Escalated. [C]
        Cust inquired about renewal details. Dissatisfied. [C]
        Cust inquired about renewal offers. Dissatisfied. [C]
        Cust inquired about renewal offers. Unhappy. [C]
        Cust inquired about renewal options. Disappointed. [R]
        Cust inquired about renewal options. Frustrated. [C]
        Cust inquired about renewal options. Unhappy with rates. [C]
        Cust inquired about renewal options. Unhappy. [C]
        Cust inquired about renewal terms. Unhappy. Closing account. [X]
        Cust inquired about renewal. Dissatisfied with options. [C]
        Cust inquired about renewal. Misinformed. Unhappy. [C]
        Cust inquired about renewal. Unhappy with rates. [C]
        Cust inquired about renewal. Unhappy. Looking elsewhere. [C]
        Cust inquired about upcoming renewal. Unhappy. [C]
        Cust inquired re: renewal options. Not satisfied. [C]
        Cust inquired re: unfair pricing. Dissatisfied. [C]
        Cust questions renewal terms. Dissatisfied. [C]
        Cust visited office re: service issues. Unhappy. [C]
        Inquired pricing, competitor offers. Dissatisfied. [C]
    """,
    "neutral": """
        Cust inq re: account details. Info provided. [A]
        Cust inq re: plan options. No price hike. Adv. [P]
        Cust inq re: renewal. Confirmed details. [R]
        Cust inquired about contract renewal. Discussed rates. [R]
        Cust inquired about renewal options. Info provided. [R]
        Cust inquired about renewal terms. Info provided. [R]
        Cust inquired about renewal. No price increase. [R]
        Cust inquired about services. No price increase. [P]
        Cust inquired re: upcoming renewal. Info provided. [R]
        Inq about renewal options. No price increase. [R]
        Inq re: plans. No price hikes. Info provided. [P]
        Inq re: renewal options. No issues. Confirmed. [R]
        Inquiry re: renewal terms. Explained options. [R]
    """,
    "positive": """
        Cust inq re: renewal options. Happy with service. [R]
        Cust inq re: renewal options. Happy. 159 days left. [R]
        Cust inq. about future upgrade options. Happy. [L]
        Cust inq. renewal options. Happy with service. [R]
        Cust inq: renewal options. Happy with service. [R]
        Cust inquired about new offers. Positive experience. [A]
        Cust inquired about renewal options. Good experience. [R]
        Cust inquired about renewal options. Happy customer. [R]
        Cust inquired about renewal options. Happy! [R]
        Cust inquired about renewal options. Positive chat. [R]
        Cust inquired about renewal process. Satisfied with service. [R]
        Cust inquired about renewal terms. Happy with service. [R]
        Cust inquired about upcoming bill. Satisfied. [B]
        Cust inquired about upcoming promo. Satisfied. [A]
        Cust inquired re: renewal options. Happy. [R]
        Info requested on future rate plans. Happy! [P]
        Informed about renewal options. Satisfied with service. [R]
        Inquired about renewal options. No price hike. Happy! [R]
    """,
}

#: Notes that the published keyword list read wrongly, by its own account
#: (docs/domain.md#intent-classes).
REREAD = {
    # "termination" was not among the words, though it speaks of leaving
    "Cust inquired about early contract termination. Unhappy.": _INTENT["X"],
    "Cust inquired about early contract termination. Unsatisfied.": _INTENT["X"],
    "Cust inquired about early termination fees. Unsatisfied.": _INTENT["X"],
    "Cust inquired about early termination. Unhappy.": _INTENT["X"],
    # nor was "disappointed"
    "Cust inquired about renewal options. Disappointed.": _INTENT["C"],
    # a price that does not rise is not what the customer asked about
    "Cust inq re: plan options. No price hike. Adv.": _INTENT["L"],
    "Cust inquired about services. No price increase.": _INTENT["A"],
    "Inq re: plans. No price hikes. Info provided.": _INTENT["L"],
}


def published_notes() -> list[tuple[str, str, str]]:
    """Return (text, sentiment, intent as published) of every note."""
    return [
        (line[:-4].strip(), sentiment, _INTENT[line[-2]])
        for sentiment, lines in _PUBLISHED.items()
        for line in (text.strip() for text in lines.strip().splitlines())
    ]
