output "cluster_arn" {
  description = "ARN of the cluster."
  value       = aws_ecs_cluster.this.arn
}

output "cluster_name" {
  description = "Name of the cluster."
  value       = aws_ecs_cluster.this.name
}

output "log_group_names" {
  description = "Log groups by what writes to them: code-server, webserver, daemon, dashboard, run, migration."
  value       = { for writer, group in aws_cloudwatch_log_group.this : writer => group.name }
}

output "code_server_host" {
  description = "Host name of the code server inside the network."
  value       = "${aws_service_discovery_service.code_server.name}.${aws_service_discovery_private_dns_namespace.this.name}"
}

output "code_server_registry_arn" {
  description = "Where the code server's tasks enter their addresses."
  value       = aws_service_discovery_service.code_server.arn
}
