# Network, buckets, database and door: private, encrypted, signed in. `terraform test` runs it; no
# account is asked.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "network_keeps_tasks_and_database_private" {
  command = apply

  module {
    source = "./modules/network"
  }

  variables {
    endpoint_zone_count = 2
    log_days            = 365
    ui_cidrs            = ["203.0.113.0/24"]
    name                = "spanishgas-prod"
    place               = { partition = "aws", region = "eu-south-2", account_id = "111122223333" }
    key_arn             = "arn:aws:kms:eu-south-2:111122223333:key/00000000-0000-0000-0000-000000000001"
    cidr                = "10.40.0.0/16"
    zone_count          = 2
    bucket_arns         = ["arn:aws:s3:::raw", "arn:aws:s3:::store"]
  }

  assert {
    condition     = aws_subnet.private[*].cidr_block == ["10.40.128.0/20", "10.40.144.0/20"]
    error_message = "The private subnets are two sixteenths of the network."
  }
  assert {
    condition     = !anytrue(concat(aws_subnet.private[*].map_public_ip_on_launch, aws_subnet.public[*].map_public_ip_on_launch))
    error_message = "No subnet hands out public addresses."
  }
  assert {
    condition     = aws_route.internet.route_table_id == aws_route_table.public.id && length(aws_route_table.private.route) == 0
    error_message = "Only the public route table leads to the internet."
  }
  assert {
    condition     = alltrue([for one in aws_route_table_association.private : one.route_table_id == aws_route_table.private.id])
    error_message = "Every private subnet uses the private route table."
  }
  assert {
    condition     = [for rule in aws_vpc_security_group_ingress_rule.people : rule.cidr_ipv4] == ["203.0.113.0/24"]
    error_message = "Only the named addresses reach the load balancer."
  }
  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.people : rule.from_port == 443 && rule.to_port == 443])
    error_message = "People reach nothing but HTTPS."
  }
  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.connection : rule.cidr_ipv4 == null && rule.from_port == rule.to_port])
    error_message = "Inside, groups speak to groups on one port each; no addresses."
  }
  assert {
    condition = toset([
      for name, rule in aws_vpc_security_group_ingress_rule.connection : name if rule.from_port == 5432
    ]) == toset(["webserver to database", "code-server to database", "tasks to database"])
    error_message = "The database answers the platform's three groups and nobody else."
  }
  assert {
    condition = toset([
      for name, rule in aws_vpc_security_group_ingress_rule.connection : name if rule.from_port == 8501
    ]) == toset(["load-balancer to dashboard"])
    error_message = "The dashboard trusts what the load balancer says of a person: nobody else reaches it."
  }
  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.private_dns_enabled && strcontains(endpoint.policy, "111122223333")])
    error_message = "Interface endpoints have private names and let only this account through."
  }
  assert {
    condition = jsondecode(aws_vpc_endpoint.s3.policy).Statement[0].Resource == [
      "arn:aws:s3:::raw", "arn:aws:s3:::raw/*", "arn:aws:s3:::store", "arn:aws:s3:::store/*",
    ]
    error_message = "S3 is reached for this environment's buckets only."
  }
  assert {
    condition     = aws_cloudwatch_log_group.refused.retention_in_days == 365 && aws_flow_log.refused.traffic_type == "REJECT"
    error_message = "Refused connections are kept as long as other logs."
  }
}

run "storage_is_private_encrypted_and_versioned" {
  command = apply

  module {
    source = "./modules/storage"
  }

  variables {
    name              = "spanishgas-prod"
    place             = { partition = "aws", region = "eu-south-2", account_id = "111122223333" }
    key_arn           = "arn:aws:kms:eu-south-2:111122223333:key/00000000-0000-0000-0000-000000000001"
    old_versions_days = 90
    compute_logs_days = 365
    force_destroy     = false
  }

  assert {
    condition = [for bucket in aws_s3_bucket.this : bucket.bucket] == [
      "spanishgas-prod-compute-logs-111122223333", "spanishgas-prod-raw-111122223333", "spanishgas-prod-store-111122223333",
    ]
    error_message = "There are three buckets, with the account in their names."
  }
  assert {
    condition = alltrue([
      for block in aws_s3_bucket_public_access_block.this :
      block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets
    ]) && length(aws_s3_bucket_public_access_block.this) == 3
    error_message = "No bucket can be made public."
  }
  assert {
    condition = alltrue(flatten([
      for one in aws_s3_bucket_server_side_encryption_configuration.this : [
        for rule in one.rule : [
          for default in rule.apply_server_side_encryption_by_default :
          default.sse_algorithm == "aws:kms" && default.kms_master_key_id == var.key_arn
        ]
      ]
    ])) && length(aws_s3_bucket_server_side_encryption_configuration.this) == 3
    error_message = "Every bucket encrypts with the environment's key."
  }
  assert {
    condition     = alltrue([for one in aws_s3_bucket_versioning.this : one.versioning_configuration[0].status == "Enabled"])
    error_message = "Every bucket keeps what was replaced."
  }
  assert {
    condition = alltrue([
      for one in aws_s3_bucket_policy.this :
      contains([for statement in jsondecode(one.policy).Statement : statement.Sid if statement.Effect == "Deny"], "OnlyOverTls")
    ])
    error_message = "Every bucket refuses plain HTTP."
  }
}

run "database_is_private_encrypted_and_backed_up" {
  command = apply

  module {
    source = "./modules/database"
  }

  variables {
    name                = "spanishgas-prod"
    key_arn             = "arn:aws:kms:eu-south-2:111122223333:key/00000000-0000-0000-0000-000000000001"
    subnet_ids          = ["subnet-1", "subnet-2"]
    security_group_id   = "sg-1"
    password            = "mockedmockedmockedmocked"
    password_version    = 1
    deletion_protection = true
    size = {
      instance_class = "db.t4g.medium"
      storage_gib    = 50
      multi_az       = true
      backup_days    = 35
    }
  }

  assert {
    condition     = !aws_db_instance.this.publicly_accessible && aws_db_instance.this.storage_encrypted && aws_db_instance.this.kms_key_id == var.key_arn
    error_message = "The database has no public address and is encrypted with the environment's key."
  }
  assert {
    condition     = contains([for one in aws_db_parameter_group.this.parameter : one.value if one.name == "rds.force_ssl"], "1")
    error_message = "The database refuses connections without TLS."
  }
  assert {
    condition     = aws_db_instance.this.backup_retention_period == 35 && aws_db_instance.this.multi_az && aws_db_instance.this.deletion_protection && !aws_db_instance.this.skip_final_snapshot
    error_message = "Production has backups, a second zone, and a last snapshot."
  }
  assert {
    condition     = aws_db_instance.this.password == null && aws_secretsmanager_secret_version.password.secret_string == null
    error_message = "The password is in no state."
  }
}

run "door_is_https_with_sign_in" {
  command = apply

  module {
    source = "./modules/load_balancer"
  }

  variables {
    certificate_arn       = "arn:aws:acm:eu-south-2:111122223333:certificate/00000000-0000-0000-0000-000000000000"
    sign_in_client_secret = "mocked"
    sign_in = {
      issuer                 = "https://login.example.com"
      authorization_endpoint = "https://login.example.com/authorize"
      token_endpoint         = "https://login.example.com/token"
      user_info_endpoint     = "https://login.example.com/userinfo"
      client_id              = "spanishgas"
    }
    name                = "spanishgas-prod"
    vpc_id              = "vpc-1"
    subnet_ids          = ["subnet-1", "subnet-2"]
    security_group_id   = "sg-1"
    dashboard_domain    = "retention.example.com"
    deletion_protection = true
  }

  assert {
    condition     = aws_lb_listener.https.port == 443 && aws_lb_listener.https.protocol == "HTTPS" && strcontains(aws_lb_listener.https.ssl_policy, "TLS13")
    error_message = "The one listener is HTTPS with TLS 1.2 or 1.3."
  }
  assert {
    condition     = [for action in aws_lb_listener.https.default_action : action.type] == ["authenticate-oidc", "forward"]
    error_message = "Signing in comes before forwarding."
  }
  assert {
    condition     = aws_lb_listener.https.default_action[0].authenticate_oidc[0].on_unauthenticated_request == "authenticate"
    error_message = "Nobody passes without signing in."
  }
  assert {
    condition     = [for action in aws_lb_listener_rule.dashboard.action : action.type] == ["authenticate-oidc", "forward"] && aws_lb_listener_rule.dashboard.action[0].authenticate_oidc[0].on_unauthenticated_request == "authenticate"
    error_message = "The dashboard is behind the same sign-in."
  }
  assert {
    condition     = one(one(aws_lb_listener_rule.dashboard.condition).host_header).values == toset(["retention.example.com"])
    error_message = "The dashboard answers under its own name."
  }
  assert {
    condition     = { for target, group in aws_lb_target_group.this : target => "${group.port}${group.health_check[0].path}" } == { webserver = "3000/server_info", dashboard = "8501/_stcore/health" }
    error_message = "Each of the two has a target group that asks for its own health."
  }
  assert {
    condition     = aws_lb.this.drop_invalid_header_fields && aws_lb.this.enable_deletion_protection
    error_message = "The load balancer drops malformed headers and is not deleted by mistake."
  }
}

run "dashboards_users_are_a_secret_in_no_state" {
  command = apply

  module {
    source = "./modules/dashboard_users"
  }

  variables {
    name                = "spanishgas-prod"
    key_arn             = "arn:aws:kms:eu-south-2:111122223333:key/00000000-0000-0000-0000-000000000001"
    users               = "users: [{name: ana@example.com, role: caller}]"
    users_version       = 1
    deletion_protection = true
  }

  assert {
    condition     = aws_secretsmanager_secret_version.this.secret_string == null && aws_secretsmanager_secret.this.kms_key_id == var.key_arn
    error_message = "The users are encrypted with the environment's key, and in no state."
  }
}
