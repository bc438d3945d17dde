"""Files that a drop may lack, and those that lie there under another name."""

from datetime import date

import pytest

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.bucket import RawBucket
from spanishgas_assets.raw.files import CAMPAIGN_OUTCOMES, CONTACT_PREFERENCES
from spanishgas_assets.raw.optional import find_optional_drop

AS_OF = date(2025, 1, 6)


@pytest.mark.parametrize(
    "name",
    ["Contact_Preferences.csv", "contact-preferences.csv", "contact_preferences (1).csv",
     "contact_preferences.xlsx", "2025-01-06/CONTACT_PREFERENCES.CSV"],
)  # fmt: skip
def test_a_list_of_opt_outs_under_another_name_is_refused(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("customer_id")
    with pytest.raises(RawFileError, match=r"is not read under this name\. Name it contact_pref"):
        find_optional_drop(str(tmp_path), CONTACT_PREFERENCES, AS_OF)
    assert find_optional_drop(str(tmp_path), CAMPAIGN_OUTCOMES, AS_OF) is None


def test_other_names_beside_the_file_do_not_matter(tmp_path):
    for name in ("contact_preferences.csv.gz", "contact_preferences.old.csv"):
        (tmp_path / name).write_text("customer_id")
    found = find_optional_drop(str(tmp_path), CONTACT_PREFERENCES, AS_OF)
    assert found is not None
    assert found.path.name == "contact_preferences.csv.gz"


def test_a_drop_after_the_snapshot_does_not_count(tmp_path):
    (tmp_path / "2025-02-03").mkdir()
    (tmp_path / "2025-02-03/Contact_Preferences.csv").write_text("customer_id")
    assert find_optional_drop(str(tmp_path), CONTACT_PREFERENCES, AS_OF) is None


def test_another_name_in_s3_is_refused_too(s3_store_url):
    RawBucket(s3_store_url).put("2025-01-06/Campaign_Outcomes.csv", b"customer_id")
    with pytest.raises(RawFileError, match=r"2025-01-06/Campaign_Outcomes\.csv: is not read"):
        find_optional_drop(s3_store_url, CAMPAIGN_OUTCOMES, AS_OF)
