output "dns_name" {
  description = "Name that the UI's domain must point to."
  value       = aws_lb.this.dns_name
}

output "arn_suffix" {
  description = "The load balancer as CloudWatch calls it."
  value       = aws_lb.this.arn_suffix
}

output "target_group_arn" {
  description = "Target group of the webserver, once a listener forwards to it."
  value       = aws_lb_target_group.webserver.arn

  # ECS refuses a service whose target group no load balancer uses.
  depends_on = [aws_lb_listener.https]
}

output "target_group_arn_suffix" {
  description = "The target group as CloudWatch calls it."
  value       = aws_lb_target_group.webserver.arn_suffix
}
