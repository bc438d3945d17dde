# Roles, alarms, tasks and logs, the whole of them, and what the variables refuse. `terraform test` runs
# it; no account is asked.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environment           = "prod"
  endpoint_zone_count   = 2
  log_days              = 365
  domain                = "churn.example.com"
  dashboard_domain      = "retention.example.com"
  dashboard_users       = "users: [{name: ana@example.com, role: caller}]"
  certificate_arn       = "arn:aws:acm:eu-south-2:111122223333:certificate/00000000-0000-0000-0000-000000000000"
  ui_cidrs              = ["203.0.113.0/24"]
  alert_emails          = ["data-platform@example.com"]
  image_digest          = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
  database_password     = "mockedmockedmockedmocked"
  sign_in_client_secret = "mocked"

  sign_in = {
    issuer                 = "https://login.example.com"
    authorization_endpoint = "https://login.example.com/authorize"
    token_endpoint         = "https://login.example.com/token"
    user_info_endpoint     = "https://login.example.com/userinfo"
    client_id              = "spanishgas"
  }
  github = {
    repository  = "example/spanishgas"
    environment = "prod"
  }
  database_size = {
    instance_class = "db.t4g.medium"
    storage_gib    = 50
    multi_az       = true
    backup_days    = 35
  }
  task_sizes = {
    code-server = { cpu = 1024, memory_mib = 4096 }
    webserver   = { cpu = 512, memory_mib = 2048 }
    daemon      = { cpu = 512, memory_mib = 2048 }
    dashboard   = { cpu = 1024, memory_mib = 2048 }
    migration   = { cpu = 256, memory_mib = 1024 }
  }
  settings = { SPANISHGAS_AUTOMATION = "yes" }
}

run "github_may_deploy_from_its_environment_only" {
  command = apply

  module {
    source = "./modules/roles"
  }

  variables {
    name                = "spanishgas-prod"
    place               = { partition = "aws", region = "eu-south-2", account_id = "111122223333" }
    key_arn             = "arn:aws:kms:eu-south-2:111122223333:key/00000000-0000-0000-0000-000000000001"
    bucket_arns         = { raw = "arn:aws:s3:::raw", store = "arn:aws:s3:::store", compute-logs = "arn:aws:s3:::logs" }
    repository_arn      = "arn:aws:ecr:eu-south-2:111122223333:repository/spanishgas-prod"
    database_secret_arn = "arn:aws:secretsmanager:eu-south-2:111122223333:secret:spanishgas-prod/database-AbCdEf"
    users_secret_arn    = "arn:aws:secretsmanager:eu-south-2:111122223333:secret:users-AbCdEf"
    topic_arn           = "arn:aws:sns:eu-south-2:111122223333:spanishgas-prod-alerts"
    metrics_namespace   = "SpanishGas/prod"
    github              = { repository = "example/spanishgas", branch = "main", environment = "prod", create_provider = true }
  }

  assert {
    condition = jsondecode(aws_iam_role.deploy.assume_role_policy).Statement == [{
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = {
        "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
        "token.actions.githubusercontent.com:sub" = "repo:example/spanishgas:environment:prod"
      } }
    }]
    error_message = "One repository's environment may deploy, by exact name."
  }
  assert {
    condition     = [for role in aws_iam_role.task : role.name] == ["spanishgas-prod-code-server", "spanishgas-prod-daemon", "spanishgas-prod-dashboard", "spanishgas-prod-execution", "spanishgas-prod-run", "spanishgas-prod-webserver"]
    error_message = "Each kind of task has a role of its own."
  }
  assert {
    condition     = alltrue([for role in aws_iam_role.task : jsondecode(role.assume_role_policy).Statement[0].Principal == { Service = "ecs-tasks.amazonaws.com" }])
    error_message = "Only ECS tasks take the tasks' roles."
  }
}

run "github_may_deploy_from_its_branch_without_an_environment" {
  command = apply

  module {
    source = "./modules/roles"
  }

  variables {
    name                = "spanishgas-dev"
    place               = { partition = "aws", region = "eu-south-2", account_id = "111122223333" }
    key_arn             = "arn:aws:kms:eu-south-2:111122223333:key/00000000-0000-0000-0000-000000000001"
    bucket_arns         = { raw = "arn:aws:s3:::raw", store = "arn:aws:s3:::store", compute-logs = "arn:aws:s3:::logs" }
    repository_arn      = "arn:aws:ecr:eu-south-2:111122223333:repository/spanishgas-dev"
    database_secret_arn = "arn:aws:secretsmanager:eu-south-2:111122223333:secret:spanishgas-dev/database-AbCdEf"
    users_secret_arn    = "arn:aws:secretsmanager:eu-south-2:111122223333:secret:users-AbCdEf"
    topic_arn           = "arn:aws:sns:eu-south-2:111122223333:spanishgas-dev-alerts"
    metrics_namespace   = "SpanishGas/dev"
    github              = { repository = "example/spanishgas", branch = "main", environment = "", create_provider = false }
  }

  assert {
    condition     = jsondecode(aws_iam_role.deploy.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == "repo:example/spanishgas:ref:refs/heads/main"
    error_message = "Without an environment the branch is what is trusted."
  }
  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0
    error_message = "A second environment of an account finds the provider and makes none."
  }
}

run "alarms_tell_people" {
  command = apply

  module {
    source = "./modules/alerts"
  }

  variables {
    name                      = "spanishgas-prod"
    place                     = { partition = "aws", region = "eu-south-2", account_id = "111122223333" }
    key_arn                   = "arn:aws:kms:eu-south-2:111122223333:key/00000000-0000-0000-0000-000000000001"
    emails                    = ["data-platform@example.com"]
    metrics_namespace         = "SpanishGas/prod"
    pr_auc_floor              = 0.7
    longest_run_s             = { ingest_months = 3600 }
    cluster_name              = "spanishgas-prod"
    service_names             = ["code-server", "daemon", "dashboard", "webserver"]
    load_balancer_arn_suffix  = "app/x/1"
    target_group_arn_suffixes = { webserver = "targetgroup/x/1", dashboard = "targetgroup/y/1" }
    database_identifier       = "spanishgas-prod"
  }

  assert {
    condition = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset([
      "heartbeat-missing", "model-below-floor", "webserver-unhealthy", "webserver-errors",
      "dashboard-unhealthy", "dashboard-errors",
      "database-storage-low", "database-busy", "ingest-months-slow",
      "code-server-down", "daemon-down", "dashboard-down", "webserver-down",
      "code-server-memory", "daemon-memory", "dashboard-memory", "webserver-memory",
    ])
    error_message = "An alarm is missing or new: docs/operations.md says what to do for each."
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset([aws_sns_topic.this.arn])])
    error_message = "Every alarm reaches the topic."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["heartbeat-missing"].treat_missing_data == "breaching"
    error_message = "Silence is what the heartbeat's alarm is about."
  }
  assert {
    condition     = aws_sns_topic.this.kms_master_key_id == var.key_arn
    error_message = "Waiting messages are encrypted."
  }
}

run "tasks_are_sized_pinned_and_private" {
  command = apply

  module {
    source = "./modules/services"
  }

  variables {
    name                     = "spanishgas-prod"
    region                   = "eu-south-2"
    image                    = "111122223333.dkr.ecr.eu-south-2.amazonaws.com/spanishgas-prod@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    sizes                    = var.task_sizes
    settings                 = { SPANISHGAS_STORE = "s3://store/store" }
    database_connection      = { DAGSTER_POSTGRES_HOST = "db", DAGSTER_POSTGRES_DB = "dagster", DAGSTER_POSTGRES_USER = "dagster" }
    database_secret_arn      = "arn:aws:secretsmanager:eu-south-2:111122223333:secret:x-AbCdEf"
    users_secret_arn         = "arn:aws:secretsmanager:eu-south-2:111122223333:secret:users-AbCdEf"
    compute_logs_bucket      = "logs"
    role_arns                = { execution = "arn:aws:iam::111122223333:role/execution", code_server = "arn:aws:iam::111122223333:role/code-server", webserver = "arn:aws:iam::111122223333:role/webserver", daemon = "arn:aws:iam::111122223333:role/daemon", dashboard = "arn:aws:iam::111122223333:role/dashboard", run = "arn:aws:iam::111122223333:role/run" }
    log_group_names          = { code-server = "/x/code-server", webserver = "/x/webserver", daemon = "/x/daemon", dashboard = "/x/dashboard", run = "/x/run", migration = "/x/migration" }
    cluster_arn              = "arn:aws:ecs:eu-south-2:111122223333:cluster/spanishgas-prod"
    code_server_host         = "code-server.spanishgas-prod.internal"
    code_server_registry_arn = "arn:aws:servicediscovery:eu-south-2:111122223333:service/srv-1"
    subnet_ids               = ["subnet-1", "subnet-2"]
    security_group_ids       = { webserver = "sg-1", dashboard = "sg-4", code-server = "sg-2", tasks = "sg-3" }
    target_group_arns = {
      webserver = "arn:aws:elasticloadbalancing:eu-south-2:111122223333:targetgroup/webserver/73e2d6bc24d8a067"
      dashboard = "arn:aws:elasticloadbalancing:eu-south-2:111122223333:targetgroup/dashboard/73e2d6bc24d8a068"
    }
  }

  assert {
    condition = { for task, one in aws_ecs_task_definition.this : task => "${one.cpu}/${one.memory}" } == {
      code-server = "1024/4096", webserver = "512/2048", daemon = "512/2048", dashboard = "1024/2048", migration = "256/1024"
    }
    error_message = "Tasks have the sizes of the environment."
  }
  assert {
    condition = alltrue([
      for task, one in aws_ecs_task_definition.this : alltrue([
        for container in jsondecode(one.container_definitions) :
        strcontains(container.image, "@sha256:")
        && [for secret in container.secrets : secret.name] == [task == "dashboard" ? "SPANISHGAS_DASHBOARD_USERS_TEXT" : "DAGSTER_POSTGRES_PASSWORD"]
        && !anytrue([for variable in container.environment : contains(["DAGSTER_POSTGRES_PASSWORD", "SPANISHGAS_DASHBOARD_USERS_TEXT"], variable.name)])
        && container.logConfiguration.logDriver == "awslogs"
      ])
    ])
    error_message = "Tasks run an image by digest, get passwords and users from secrets, and log."
  }
  assert {
    condition = !anytrue([
      for variable in jsondecode(aws_ecs_task_definition.this["dashboard"].container_definitions)[0].environment :
      startswith(variable.name, "DAGSTER_")
    ]) && aws_ecs_task_definition.this["dashboard"].task_role_arn == var.role_arns["dashboard"]
    error_message = "The dashboard has a role of its own and knows no database."
  }
  assert {
    condition = { for service, one in aws_ecs_service.this : service => [for target in one.load_balancer : target.target_group_arn] } == {
      code-server = [], daemon = []
      webserver   = [var.target_group_arns["webserver"]]
      dashboard   = [var.target_group_arns["dashboard"]]
    }
    error_message = "People reach the webserver and the dashboard, each by its own target group."
  }
  assert {
    condition     = alltrue([for one in aws_ecs_service.this : !one.network_configuration[0].assign_public_ip && one.deployment_circuit_breaker[0].rollback])
    error_message = "Services have no public address and go back when a deployment fails."
  }
  assert {
    condition     = aws_ecs_service.this["daemon"].deployment_maximum_percent == 100
    error_message = "Two daemons at once would start every scheduled run twice."
  }
  assert {
    condition     = aws_ecs_task_definition.this["migration"].task_role_arn == null
    error_message = "The migration needs the database and nothing at AWS."
  }
}

run "logs_are_kept_as_long_as_asked" {
  command = apply

  module {
    source = "./modules/cluster"
  }

  variables {
    name    = "spanishgas-prod"
    key_arn = "arn:aws:kms:eu-south-2:111122223333:key/00000000-0000-0000-0000-000000000001"
    vpc_id  = "vpc-1"
  }

  assert {
    condition = alltrue([
      for group in aws_cloudwatch_log_group.this : group.retention_in_days == 365 && group.kms_key_id == var.key_arn
    ]) && length(aws_cloudwatch_log_group.this) == 6
    error_message = "Six log groups, encrypted, kept for log_days."
  }
}

run "whole_platform_fits_together" {
  command = apply

  assert {
    condition     = output.github_variables["ECS_CLUSTER"] == "spanishgas-prod"
    error_message = "The cluster carries the environment's name: deploy/roll_out.py relies on it."
  }
  assert {
    condition     = output.sign_in_redirect_urls == ["https://churn.example.com/oauth2/idpresponse", "https://retention.example.com/oauth2/idpresponse"]
    error_message = "The redirect addresses are the load balancer's own, one for each name."
  }
  assert {
    condition     = length(output.log_group_names) == 6
    error_message = "Each writer has a log group."
  }
}

run "prod_is_not_open_to_the_internet" {
  command = plan

  variables {
    ui_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.ui_cidrs]
}

run "prod_is_not_deployed_from_a_bare_branch" {
  command = plan

  variables {
    github = { repository = "example/spanishgas" }
  }

  expect_failures = [var.github]
}

run "a_pattern_is_no_repository" {
  command = plan

  variables {
    github = { repository = "example/*", environment = "prod" }
  }

  expect_failures = [var.github]
}

run "prod_cannot_be_made_deletable" {
  command = plan

  variables {
    deletion_protection = false
  }

  expect_failures = [var.deletion_protection]
}

run "a_tag_is_no_digest" {
  command = plan

  variables {
    image_digest = "latest"
  }

  expect_failures = [var.image_digest]
}

run "data_stays_in_the_european_union" {
  command = plan

  variables {
    region          = "us-east-1"
    certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000"
  }

  expect_failures = [var.region]
}

run "a_password_is_no_setting" {
  command = plan

  variables {
    settings = { SPANISHGAS_MAIL_PASSWORD = "visible" }
  }

  expect_failures = [var.settings]
}

run "two_names_for_two_sites" {
  command = plan

  variables {
    dashboard_domain = "churn.example.com"
  }

  expect_failures = [var.dashboard_domain]
}

run "users_are_a_users_file" {
  command = plan

  variables {
    dashboard_users = "users.yaml"
  }

  expect_failures = [var.dashboard_users]
}
