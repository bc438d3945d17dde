import pytest

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import FloorBy, Settings, ThresholdRule


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("PR_AUC_FLOOR_BY", "low", "pr_auc_floor_by", FloorBy.LOW),
        ("PR_AUC_OVER_PREVALENCE", "4.5", "pr_auc_over_prevalence", 4.5),
        ("GROUP_FLOORS", "segment:SME=0.6, segment:Residential=0.65", "group_floors",
         {"segment:SME": 0.6, "segment:Residential": 0.65}),
        ("HUMAN_APPROVAL", "yes", "human_approval", True),
        ("HUMAN_APPROVAL", "False", "human_approval", False),
        ("OWNER_COLUMNS", "region, province_code", "owner_columns", ("region", "province_code")),
        ("THRESHOLD_RULE", "guaranteed_recall", "threshold_rule", ThresholdRule.GUARANTEED_RECALL),
        ("SAGEMAKER_IMAGE", "churn", "sagemaker_image", "churn"),
    ],
)  # fmt: skip
def test_a_variable_becomes_its_setting(variable, text, name, value):
    assert getattr(Settings.from_environment({f"SPANISHGAS_{variable}": text}), name) == value


@pytest.mark.parametrize(
    ("variable", "text", "wanted"),
    [
        ("PR_AUC_FLOOR_BY", "middle", "high or value or low"),
        ("GROUP_FLOORS", "segment:SME", "a list of floors by group"),
        ("HUMAN_APPROVAL", "perhaps", "yes or no"),
        ("THRESHOLD_RULE", "0.4", "best_precision or guaranteed_recall"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_what_is_wanted(variable, text, wanted):
    with pytest.raises(SettingsError, match=f"SPANISHGAS_{variable}='{text}' is not {wanted}"):
        Settings.from_environment({f"SPANISHGAS_{variable}": text})
