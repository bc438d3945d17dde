"""Contracts of the churn layer: what a model learns from, and who was where when it learned."""

from spanishgas_assets.bronze import tables as bronze
from spanishgas_assets.gold.tables import FEATURES, GOLD_MASTER, GoldMaster
from spanishgas_assets.silver import tables as silver
from spanishgas_assets.tables.contracts import Contract, Table, column


class TrainingSet(GoldMaster):
    """The features of each labelled customer as of the label date, with the label.

    Grain: one row per customer_id with a label.
    """

    churn: int = column("1 if the customer left, 0 if not.", isin=[0, 1])
    label_date: str = column("As-of date of features and label, ISO.", of=())
    group_id: str = column(
        "The owner, as far as the data tell: customers with equal first activation, contract "
        "start, last change, renewal, channel and province share it. Never split.",
        of=["owner_key"],
    )
    row_hash: str = column("Hash of the features, to tell which rows a model saw.", of=FEATURES)


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


_FIRST = "no earlier experiment that it extends is in the table"
_ITSELF = "the logistic regression itself"


class Ablation(Contract):
    """What each set of features is worth to each model, on rows outside the holdout.

    Grain: one row per (experiment, model). Figures are out of fold, the mean of several deals into
    folds; intervals are 95% and paired.
    """

    order: int = column("Place in the ablation.", ge=0)
    experiment: str = column("Step of experiments.yaml.")
    model: str = column("Model.", isin=["dummy", "logistic", "forest", "xgboost"])
    features: int = column("Features that the model sees.", ge=1)
    pr_auc: float = column("PR-AUC.", ge=0, le=1)
    pr_auc_low: float = column("Lower end of its interval.", ge=0, le=1)
    pr_auc_high: float = column("Upper end of its interval.", ge=0, le=1)
    pr_auc_fold_sd: float = column("Standard deviation of the single folds' PR-AUC.", ge=0)
    roc_auc: float = column("ROC-AUC.", ge=0, le=1)
    roc_auc_low: float = column("Lower end of its interval.", ge=0, le=1)
    roc_auc_high: float = column("Upper end of its interval.", ge=0, le=1)
    precision_at_recall: float = column("Best precision at a recall of 0.70.", ge=0, le=1)
    extends: str = column(
        "The largest earlier experiment whose tiers this one has.", null=_FIRST, structural=True
    )
    over_extended: float = column(
        "PR-AUC less that of the same model there.", null=_FIRST, structural=True
    )
    over_extended_low: float = column("Lower end.", null=_FIRST, structural=True)
    over_extended_high: float = column("Upper end.", null=_FIRST, structural=True)
    over_logistic: float = column(
        "PR-AUC less that of the logistic regression.", null=_ITSELF, structural=True
    )
    over_logistic_low: float = column("Lower end.", null=_ITSELF, structural=True)
    over_logistic_high: float = column("Upper end.", null=_ITSELF, structural=True)


class Search(Contract):
    """Hyper-parameters tried, best first, on rows outside the holdout.

    Grain: one row per candidate.
    """

    candidate: int = column("Number, best first.", ge=1)
    learning_rate: float = column("Step of each tree.", gt=0)
    max_depth: int = column("Depth of the trees.", ge=1)
    trees: int = column("Trees.", ge=1)
    subsample: float = column("Share of the rows that a tree sees.", gt=0, le=1)
    colsample_bytree: float = column("Share of the features that a tree sees.", gt=0, le=1)
    class_weight: str = column("Weight of a churner.", isin=["none", "balanced"])
    serving: bool = column("The parameters that models are trained with.")
    pr_auc: float = column("PR-AUC, out of fold.", ge=0, le=1)
    pr_auc_fold_sd: float = column("Standard deviation of the single folds' PR-AUC.", ge=0)
    over_serving: float = column("PR-AUC less that of the serving parameters.")
    over_serving_low: float = column("Lower end of its paired 95% interval.")
    over_serving_high: float = column("Upper end.")


class Backtest(Contract):
    """How a model trained on earlier labels does on later ones.

    Grain: one row per snapshot whose labels were tested.
    """

    tested_on: str = column("Label date of the tested rows, ISO.")
    trained_on: str = column("Label dates of the rows learned from, ISO, with commas.")
    rows_trained: int = column("Rows learned from.", ge=1)
    rows: int = column("Rows tested.", ge=1)
    churners: int = column("Churners among them.", ge=1)
    pr_auc_expected: float = column("PR-AUC on the earlier rows, out of fold.", ge=0, le=1)
    pr_auc: float = column("PR-AUC on the later rows.", ge=0, le=1)
    pr_auc_low: float = column("Lower end of its interval.", ge=0, le=1)
    pr_auc_high: float = column("Upper end.", ge=0, le=1)
    roc_auc: float = column("ROC-AUC.", ge=0, le=1)
    ece: float = column("Mean gap between probability and churn rate.", ge=0, le=1)
    precision: float = column("Precision at the model's threshold.", ge=0, le=1)
    recall: float = column("Recall at the model's threshold.", ge=0, le=1)
    mean_score: float = column("Mean probability.", ge=0, le=1)
    prevalence: float = column("Churn rate.", ge=0, le=1)


TRAINING_SET = Table(
    "churn",
    "training_set",
    TrainingSet,
    ("customer_id",),
    "snapshot",
    (GOLD_MASTER, bronze.CUSTOMER, silver.CUSTOMER),
)
MEMBERSHIP = Table("churn", "membership", Membership, ("customer_id",), "snapshot")
ABLATION = Table("experiments", "feature_ablation", Ablation, ("experiment", "model"), "snapshot")
SEARCH = Table("experiments", "parameter_search", Search, ("candidate",), "snapshot")
BACKTEST = Table("experiments", "backtest", Backtest, ("tested_on",), "snapshot")
