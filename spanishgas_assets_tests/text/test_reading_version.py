"""Whatever changes how notes are read changes the version that makes them stale."""

import pytest

from spanishgas_assets.settings import Precision, Sentiment, Settings
from spanishgas_assets.text.reading_version import reading_version


def test_each_backend_reads_differently_and_the_same_settings_alike():
    versions = {reading_version(Settings(sentiment=backend)) for backend in Sentiment}
    assert len(versions) == len(Sentiment)
    assert reading_version(Settings()) == reading_version(Settings(store="elsewhere"))


@pytest.mark.parametrize(
    "changed",
    [
        {"sentiment_model": "some/model@0a1b"},
        {"sentiment_model_multilingual": "some/model@0a1b"},
        {"sentiment_precision": Precision.BF16},
    ],
)
def test_models_and_precision_count_for_transformers_alone(changed):
    usual = Settings(sentiment=Sentiment.TRANSFORMERS)
    assert reading_version(usual) != reading_version(
        Settings(sentiment=Sentiment.TRANSFORMERS, **changed)
    )
    assert reading_version(Settings()) == reading_version(Settings(**changed))


def test_a_models_folder_counts_by_its_content(tmp_path):
    settings = Settings(sentiment=Sentiment.TRANSFORMERS, sentiment_model=str(tmp_path))
    before = reading_version(settings)
    (tmp_path / "config.json").write_text("{}")
    assert reading_version(settings) != before
