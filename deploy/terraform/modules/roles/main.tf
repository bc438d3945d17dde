# One role per kind of task, and one for GitHub. Each policy is a file in policies/, which the tests
# read too: moto enforces them there.

locals {
  role_arns   = "arn:${var.place.partition}:iam::${var.place.account_id}:role"
  ecs         = "arn:${var.place.partition}:ecs:${var.place.region}:${var.place.account_id}"
  task_roles  = toset(["execution", "code_server", "webserver", "daemon", "dashboard", "run"])
  role_names  = { for role in setunion(local.task_roles, ["deploy"]) : role => "${var.name}-${replace(role, "_", "-")}" }
  github_repo = "repo:${var.github.repository}"

  # An environment's protection rules decide which branches reach it; without one the branch does.
  github_subject = (
    var.github.environment != "" ?
    "${local.github_repo}:environment:${var.github.environment}" :
    "${local.github_repo}:ref:refs/heads/${var.github.branch}"
  )

  places = {
    partition               = var.place.partition
    region                  = var.place.region
    account_id              = var.place.account_id
    raw_bucket_arn          = var.bucket_arns["raw"]
    store_bucket_arn        = var.bucket_arns["store"]
    compute_logs_bucket_arn = var.bucket_arns["compute-logs"]
    key_arn                 = var.key_arn
    repository_arn          = var.repository_arn
    database_secret_arn     = var.database_secret_arn
    users_secret_arn        = var.users_secret_arn
    topic_arn               = var.topic_arn
    metrics_namespace       = var.metrics_namespace
    cluster_arn             = "${local.ecs}:cluster/${var.name}"
    tasks_arn               = "${local.ecs}:task/${var.name}"
    services_arn            = "${local.ecs}:service/${var.name}"
    run_families_arn        = "${local.ecs}:task-definition/run_*:*"
    service_families_arn    = "${local.ecs}:task-definition/${var.name}-*:*"
    migration_family_arn    = "${local.ecs}:task-definition/${var.name}-migration:*"
    log_groups_arn          = "arn:${var.place.partition}:logs:${var.place.region}:${var.place.account_id}:log-group:/${var.name}"
    execution_role_arn      = "${local.role_arns}/${local.role_names["execution"]}"
    code_server_role_arn    = "${local.role_arns}/${local.role_names["code_server"]}"
    webserver_role_arn      = "${local.role_arns}/${local.role_names["webserver"]}"
    daemon_role_arn         = "${local.role_arns}/${local.role_names["daemon"]}"
    dashboard_role_arn      = "${local.role_arns}/${local.role_names["dashboard"]}"
    run_role_arn            = "${local.role_arns}/${local.role_names["run"]}"
  }
}

resource "aws_iam_role" "task" {
  for_each = local.task_roles

  name                 = local.role_names[each.key]
  description          = "What the ${replace(each.key, "_", " ")} of ${var.name} may do"
  max_session_duration = 3600
  assume_role_policy   = templatefile("${path.module}/policies/trust.json.tftpl", local.places)
}

resource "aws_iam_role_policy" "task" {
  for_each = local.task_roles

  name   = "least"
  role   = aws_iam_role.task[each.key].id
  policy = templatefile("${path.module}/policies/${each.key}.json.tftpl", local.places)
}

# One per account: the first environment of an account makes it, the others find it.
resource "aws_iam_openid_connect_provider" "github" {
  count = var.github.create_provider ? 1 : 0

  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_openid_connect_provider" "github" {
  count = var.github.create_provider ? 0 : 1

  url = "https://token.actions.githubusercontent.com"
}

resource "aws_iam_role" "deploy" {
  name                 = local.role_names["deploy"]
  description          = "What GitHub may do for ${var.name}: push an image, migrate, roll out"
  max_session_duration = 3600
  assume_role_policy = templatefile("${path.module}/policies/github_trust.json.tftpl", {
    provider_arn = one(concat(
      aws_iam_openid_connect_provider.github[*].arn,
      data.aws_iam_openid_connect_provider.github[*].arn,
    ))
    subject = local.github_subject
  })
}

resource "aws_iam_role_policy" "deploy" {
  name   = "least"
  role   = aws_iam_role.deploy.id
  policy = templatefile("${path.module}/policies/deploy.json.tftpl", local.places)
}
