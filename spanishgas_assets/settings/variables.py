"""Variables of the platform's prefix that are no settings: of the deployment, and former names."""

#: Every variable of the platform begins so.
PREFIX = "SPANISHGAS_"

#: Variables that only the Dagster instance and workspace read (``deploy/*/``), with their meaning.
DEPLOYMENT = {
    "SPANISHGAS_CODE_SERVER": (
        "host of the code server that webserver and daemon ask (`workspace.yaml`)"
    ),
    "SPANISHGAS_LOG_GROUP": "CloudWatch log group of the run tasks",
    "SPANISHGAS_TASK_ROLE_ARN": "IAM role that a run task works with",
    "SPANISHGAS_EXECUTION_ROLE_ARN": "IAM role that ECS starts a run task with",
    "SPANISHGAS_COMPUTE_LOGS_BUCKET": "bucket that keeps what the steps print",
    "SPANISHGAS_DB_SECRET_ARN": "secret that holds the password of the instance's database",
}

#: Today's name of each former one. A former name is read for one release, with a deprecation line.
FORMER_NAMES: dict[str, str] = {}
