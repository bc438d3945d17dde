output "dns_name" {
  description = "Name that the UI's domain must point to."
  value       = aws_lb.this.dns_name
}

output "arn_suffix" {
  description = "The load balancer as CloudWatch calls it."
  value       = aws_lb.this.arn_suffix
}

output "target_group_arns" {
  description = "Target groups of webserver and dashboard, once a listener forwards to them."
  value       = { for target, group in aws_lb_target_group.this : target => group.arn }

  # ECS refuses a service whose target group no load balancer uses.
  depends_on = [aws_lb_listener.https, aws_lb_listener_rule.dashboard]
}

output "target_group_arn_suffixes" {
  description = "The target groups as CloudWatch calls them."
  value       = { for target, group in aws_lb_target_group.this : target => group.arn_suffix }
}
