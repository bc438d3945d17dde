# Four long-lived services and the one-off migration, all from one image. A run's task definition is
# the launcher's own work (deploy/ecs/dagster.yaml).

locals {
  workspace = "/opt/dagster/home/workspace.yaml"
  secrets   = [{ name = "DAGSTER_POSTGRES_PASSWORD", valueFrom = "${var.database_secret_arn}:password::" }]

  # The dashboard reads the store and knows no database.
  dashboard_environment = merge(var.settings, {
    AWS_DEFAULT_REGION = var.region
    # The load balancer has signed the person in, and nobody else reaches the task.
    SPANISHGAS_DASHBOARD_IDENTITY_HEADER = "x-amzn-oidc-data"
  })
  dashboard_secrets = [{ name = "SPANISHGAS_DASHBOARD_USERS_TEXT", valueFrom = var.users_secret_arn }]

  shared_environment = merge(var.settings, var.database_connection, {
    AWS_DEFAULT_REGION             = var.region
    SPANISHGAS_TASK_ROLE_ARN       = var.role_arns["run"]
    SPANISHGAS_EXECUTION_ROLE_ARN  = var.role_arns["execution"]
    SPANISHGAS_LOG_GROUP           = var.log_group_names["run"]
    SPANISHGAS_COMPUTE_LOGS_BUCKET = var.compute_logs_bucket
    SPANISHGAS_DB_SECRET_ARN       = "${var.database_secret_arn}:password::"
  })

  tasks = {
    code-server = {
      command = ["dagster", "api", "grpc", "-h", "0.0.0.0", "-p", "4000", "-m", "spanishgas_assets.definitions"]
      health  = ["CMD", "dagster", "api", "grpc-health-check", "-p", "4000"]
      port    = 4000
      role    = var.role_arns["code_server"]
      environment = {
        DAGSTER_CURRENT_IMAGE = var.image
        # A run works with the settings of its services: the launcher hands these to it.
        DAGSTER_CONTAINER_CONTEXT = jsonencode({ env_vars = [for name, value in var.settings : "${name}=${value}"] })
      }
    }
    webserver = {
      command = ["dagster-webserver", "-h", "0.0.0.0", "-p", "3000", "-w", local.workspace]
      health = [
        "CMD", "python", "-c",
        "import urllib.request; urllib.request.urlopen('http://localhost:3000/server_info', timeout=5)",
      ]
      port        = 3000
      role        = var.role_arns["webserver"]
      environment = { SPANISHGAS_CODE_SERVER = var.code_server_host }
    }
    daemon = {
      command     = ["dagster-daemon", "run", "-w", local.workspace]
      health      = ["CMD", "dagster-daemon", "liveness-check"]
      port        = null
      role        = var.role_arns["daemon"]
      environment = { SPANISHGAS_CODE_SERVER = var.code_server_host }
    }
    dashboard = {
      command = ["spanishgas", "dashboard", "--address", "0.0.0.0", "--port", "8501"]
      health = [
        "CMD", "python", "-c",
        "import urllib.request; urllib.request.urlopen('http://localhost:8501/_stcore/health', timeout=5)",
      ]
      port        = 8501
      role        = var.role_arns["dashboard"]
      environment = {}
    }
    migration = {
      command     = ["dagster", "instance", "migrate"]
      health      = null
      port        = null
      role        = null
      environment = {}
    }
  }

  services = {
    # A newcomer takes over before the old one goes.
    code-server = { group = "code-server", at_least = 100, at_most = 200 }
    webserver   = { group = "webserver", at_least = 100, at_most = 200 }
    dashboard   = { group = "dashboard", at_least = 100, at_most = 200 }
    # Never two at once: each would start every scheduled run.
    daemon = { group = "tasks", at_least = 0, at_most = 100 }
  }
}

resource "aws_ecs_task_definition" "this" {
  for_each = local.tasks

  family                   = "${var.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.sizes[each.key].cpu
  memory                   = var.sizes[each.key].memory_mib
  execution_role_arn       = var.role_arns["execution"]
  task_role_arn            = each.value.role

  # Earlier revisions stay: a roll-back needs them.
  skip_destroy = true

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }

  container_definitions = jsonencode([merge(
    {
      name      = each.key
      image     = var.image
      essential = true
      command   = each.value.command
      environment = [
        for name, value in merge(
          each.key == "dashboard" ? local.dashboard_environment : local.shared_environment,
          each.value.environment,
        ) : { name = name, value = value }
      ]
      secrets         = each.key == "dashboard" ? local.dashboard_secrets : local.secrets
      linuxParameters = { initProcessEnabled = true }
      portMappings    = [for port in each.value.port[*] : { containerPort = port, protocol = "tcp" }]
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = var.log_group_names[each.key]
          awslogs-region        = var.region
          awslogs-stream-prefix = each.key
        }
      }
    },
    each.value.health == null ? {} : {
      healthCheck = { command = each.value.health, interval = 60, timeout = 30, retries = 3, startPeriod = 120 }
    },
  )])
}

resource "aws_ecs_service" "this" {
  for_each = local.services

  name                               = each.key
  cluster                            = var.cluster_arn
  task_definition                    = aws_ecs_task_definition.this[each.key].arn
  launch_type                        = "FARGATE"
  desired_count                      = 1
  deployment_minimum_healthy_percent = each.value.at_least
  deployment_maximum_percent         = each.value.at_most
  health_check_grace_period_seconds  = contains(keys(var.target_group_arns), each.key) ? 180 : null
  propagate_tags                     = "SERVICE"
  enable_ecs_managed_tags            = true

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = [var.security_group_ids[each.value.group]]
    assign_public_ip = false
  }

  dynamic "load_balancer" {
    for_each = [for target, arn in var.target_group_arns : arn if target == each.key]
    content {
      target_group_arn = load_balancer.value
      container_name   = each.key
      container_port   = local.tasks[each.key].port
    }
  }

  dynamic "service_registries" {
    for_each = each.key == "code-server" ? [var.code_server_registry_arn] : []
    content {
      registry_arn = service_registries.value
    }
  }

  lifecycle {
    # The deploy workflow rolls out: a new revision with a new image is its work.
    ignore_changes = [task_definition]
  }
}
