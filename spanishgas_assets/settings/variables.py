"""Variables of the prefix that are not settings: those of the deployment, and former names."""

#: How every variable of the platform begins.
PREFIX = "SPANISHGAS_"

#: Variables that only the Dagster instance and workspace read (``deploy/*/``), with their meaning.
DEPLOYMENT = {
    "SPANISHGAS_CODE_SERVER": (
        "host of the code server, for webserver and daemon (`workspace.yaml`)"
    ),
    "SPANISHGAS_LOG_GROUP": "CloudWatch log group of the run tasks",
    "SPANISHGAS_TASK_ROLE_ARN": "IAM role of a run task",
    "SPANISHGAS_EXECUTION_ROLE_ARN": "IAM role with which ECS starts a run task",
    "SPANISHGAS_COMPUTE_LOGS_BUCKET": "bucket of the compute logs",
    "SPANISHGAS_DB_SECRET_ARN": "secret with the password of the instance's database",
}

#: Today's name of each former one. A former name is read for one release, with a deprecation line.
FORMER_NAMES: dict[str, str] = {}
