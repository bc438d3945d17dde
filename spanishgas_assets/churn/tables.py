"""Contracts of the churn layer: what a model learns from, and who was where when it learned."""

from spanishgas_assets.contracts import Contract, Table, column
from spanishgas_assets.gold.tables import GoldMaster


class TrainingSet(GoldMaster):
    """The features of each labelled customer as of the label date, with the label.

    Grain: one row per customer_id with a label.
    """

    churn: int = column("1 if the customer left, 0 if not.", isin=[0, 1])
    group_id: str = column(
        "The owner, as far as the data tell: customers with equal first activation, contract "
        "start, last change, renewal, channel and province share it. Never split."
    )
    row_hash: str = column("Hash of the features, to tell which rows a model saw.")


class Membership(Contract):
    """Where each training customer stood, and its score by a model that had not seen it.

    Grain: one row per customer_id of the training set. Stored inside the model.
    """

    customer_id: str = column("Customer.")
    group_id: str = column("The owner.")
    part: str = column("holdout, or the fold that left the customer out (fold_0 ...).")
    churn: int = column("The label.", isin=[0, 1])
    raw_score: float = column("Booster's score before calibration.", ge=0, le=1)
    probability: float = column(
        "Calibrated score; the calibration had not seen the customer either.", ge=0, le=1
    )
    baseline_score: float = column("Logistic baseline's score, same parts.", ge=0, le=1)


TRAINING_SET = Table("churn", "training_set", TrainingSet, ("customer_id",), "snapshot")
MEMBERSHIP = Table("churn", "membership", Membership, ("customer_id",), "snapshot")
