# The only door for people: HTTPS, and nobody passes who has not signed in. The UI and the dashboard
# have a name each; both names lead here.

locals {
  targets = {
    webserver = { port = 3000, health = "/server_info", sticky = false }
    # A browser's session and its downloads are one task's, also while a newcomer takes over.
    dashboard = { port = 8501, health = "/_stcore/health", sticky = true }
  }
}

resource "aws_lb" "this" {
  name                       = var.name
  internal                   = false
  load_balancer_type         = "application"
  subnets                    = var.subnet_ids
  security_groups            = [var.security_group_id]
  drop_invalid_header_fields = true
  enable_deletion_protection = var.deletion_protection
}

resource "aws_lb_target_group" "this" {
  for_each = local.targets

  name                 = "${var.name}-${each.key}"
  vpc_id               = var.vpc_id
  port                 = each.value.port
  protocol             = "HTTP"
  target_type          = "ip"
  deregistration_delay = 30

  health_check {
    path                = each.value.health
    matcher             = "200"
    interval            = 15
    timeout             = 10
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  stickiness {
    type    = "lb_cookie"
    enabled = each.value.sticky
  }
}

moved {
  from = aws_lb_target_group.webserver
  to   = aws_lb_target_group.this["webserver"]
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type  = "authenticate-oidc"
    order = 1

    authenticate_oidc {
      issuer                     = var.sign_in.issuer
      authorization_endpoint     = var.sign_in.authorization_endpoint
      token_endpoint             = var.sign_in.token_endpoint
      user_info_endpoint         = var.sign_in.user_info_endpoint
      client_id                  = var.sign_in.client_id
      client_secret              = var.sign_in_client_secret
      scope                      = "openid email"
      session_timeout            = 28800
      on_unauthenticated_request = "authenticate"
    }
  }

  default_action {
    type             = "forward"
    order            = 2
    target_group_arn = aws_lb_target_group.this["webserver"].arn
  }
}

resource "aws_lb_listener_rule" "dashboard" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 10

  condition {
    host_header {
      values = [var.dashboard_domain]
    }
  }

  action {
    type  = "authenticate-oidc"
    order = 1

    authenticate_oidc {
      issuer                     = var.sign_in.issuer
      authorization_endpoint     = var.sign_in.authorization_endpoint
      token_endpoint             = var.sign_in.token_endpoint
      user_info_endpoint         = var.sign_in.user_info_endpoint
      client_id                  = var.sign_in.client_id
      client_secret              = var.sign_in_client_secret
      scope                      = "openid email"
      session_timeout            = 28800
      on_unauthenticated_request = "authenticate"
    }
  }

  action {
    type             = "forward"
    order            = 2
    target_group_arn = aws_lb_target_group.this["dashboard"].arn
  }
}
