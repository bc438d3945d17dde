# Who may speak to whom. A connection is one line in `connections`; nothing else is open.

locals {
  groups = {
    load-balancer = "Signs people in and forwards to webserver and dashboard"
    webserver     = "Dagster UI"
    dashboard     = "Retention team's pages"
    code-server   = "Definitions, sensors and schedules over gRPC"
    tasks         = "Daemon, migration and the runs that the daemon starts in its own group"
    endpoints     = "Private way to AWS"
    database      = "Runs, events and schedules"
  }

  connections = {
    "load-balancer to webserver" = { from = "load-balancer", to = "webserver", port = 3000 }
    "load-balancer to dashboard" = { from = "load-balancer", to = "dashboard", port = 8501 }
    "webserver to code-server"   = { from = "webserver", to = "code-server", port = 4000 }
    "tasks to code-server"       = { from = "tasks", to = "code-server", port = 4000 }
    "webserver to database"      = { from = "webserver", to = "database", port = 5432 }
    "code-server to database"    = { from = "code-server", to = "database", port = 5432 }
    "tasks to database"          = { from = "tasks", to = "database", port = 5432 }
    "webserver to endpoints"     = { from = "webserver", to = "endpoints", port = 443 }
    "dashboard to endpoints"     = { from = "dashboard", to = "endpoints", port = 443 }
    "code-server to endpoints"   = { from = "code-server", to = "endpoints", port = 443 }
    "tasks to endpoints"         = { from = "tasks", to = "endpoints", port = 443 }
  }
}

resource "aws_security_group" "this" {
  for_each = local.groups

  name        = "${var.name}-${each.key}"
  description = each.value
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.name}-${each.key}" }
}

resource "aws_vpc_security_group_egress_rule" "connection" {
  for_each = local.connections

  description                  = each.key
  security_group_id            = aws_security_group.this[each.value.from].id
  referenced_security_group_id = aws_security_group.this[each.value.to].id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

resource "aws_vpc_security_group_ingress_rule" "connection" {
  for_each = local.connections

  description                  = each.key
  security_group_id            = aws_security_group.this[each.value.to].id
  referenced_security_group_id = aws_security_group.this[each.value.from].id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

# The gateway endpoint has no group of its own: S3 is reached by its address list.
resource "aws_vpc_security_group_egress_rule" "s3" {
  for_each = toset(["webserver", "dashboard", "code-server", "tasks"])

  description       = "${each.key} to S3"
  security_group_id = aws_security_group.this[each.key].id
  prefix_list_id    = aws_vpc_endpoint.s3.prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_ingress_rule" "people" {
  for_each = toset(var.ui_cidrs)

  description       = "people to load-balancer"
  security_group_id = aws_security_group.this["load-balancer"].id
  cidr_ipv4         = each.key
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "identity_provider" {
  description       = "load-balancer to the identity provider, which has no fixed address"
  security_group_id = aws_security_group.this["load-balancer"].id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
