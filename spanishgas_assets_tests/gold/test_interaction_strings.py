from spanishgas_assets.gold import tables as gold
from spanishgas_assets.gold.interaction_strings import interaction_strings
from spanishgas_assets_tests.builders import frame, only_row


def of(lifecycle, behavioral, sentiment):
    tier = interaction_strings(
        frame(gold.LIFECYCLE, lifecycle),
        frame(gold.BEHAVIORAL, behavioral),
        frame(gold.SENTIMENT, sentiment),
    )
    verdict = gold.INTERACTION_STRINGS.judge(tier)
    assert verdict.passed, verdict.explain()
    return only_row(tier)


def test_pairs_of_a_customer_with_a_note():
    assert of(
        {
            "renewal_bucket": "0-3m",
            "tenure_bucket": "5y+",
            "sales_channel": "Telemarketing",
            "is_high_competition_province": True,
        },
        {"has_interaction": True, "customer_intent": "Pricing Offers"},
        {"sentiment_label": "negative"},
    ) == {
        "customer_id": "C00001",
        "intent_x_renewal_bucket": "Pricing Offers_x_0-3m",
        "intent_x_tenure_bucket": "Pricing Offers_x_5y+",
        "intent_x_sentiment": "Pricing Offers_x_negative",
        "sentiment_x_renewal_bucket": "negative_x_0-3m",
        "tenure_x_renewal_bucket": "5y+_x_0-3m",
        "sales_channel_x_renewal_bucket": "Telemarketing_x_0-3m",
        "has_interaction_x_renewal_bucket": "interaction_x_0-3m",
        "competition_x_intent": "high_x_Pricing Offers",
    }


def test_a_customer_without_a_note_reads_no_interaction():
    assert of({"renewal_bucket": "expired", "tenure_bucket": "0-6m"}, {}, {}) == {
        "customer_id": "C00001",
        "intent_x_renewal_bucket": "no_interaction_x_expired",
        "intent_x_tenure_bucket": "no_interaction_x_0-6m",
        "intent_x_sentiment": "no_interaction_x_no_interaction",
        "sentiment_x_renewal_bucket": "no_interaction_x_expired",
        "tenure_x_renewal_bucket": "0-6m_x_expired",
        "sales_channel_x_renewal_bucket": "Office_x_expired",
        "has_interaction_x_renewal_bucket": "no_interaction_x_expired",
        "competition_x_intent": "low_x_no_interaction",
    }
