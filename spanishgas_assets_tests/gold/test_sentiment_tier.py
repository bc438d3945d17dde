import pytest

from spanishgas_assets.gold import tables as gold
from spanishgas_assets.gold.sentiment import sentiment
from spanishgas_assets.silver import tables as silver
from spanishgas_assets_tests.builders import frame, only_row


@pytest.mark.parametrize(
    ("label", "complains", "negative", "both"),
    [
        (None, False, False, False),
        ("negative", False, True, False),
        ("negative", True, True, True),
        ("neutral", True, False, False),
        ("positive", True, False, False),
    ],
)
def test_sentiment_flags(label, complains, negative, both):
    tier = sentiment(
        frame(silver.CUSTOMER, {"sentiment_label": label}),
        frame(gold.BEHAVIORAL, {"recent_complaint_flag": complains}),
    )
    assert gold.SENTIMENT.judge(tier).passed
    assert only_row(tier) == {
        "customer_id": "C00001",
        "sentiment_label": label,
        "is_negative_sentiment": negative,
        "complaint_x_negative_sentiment": both,
    }
