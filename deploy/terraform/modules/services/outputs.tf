output "service_names" {
  description = "Names of the services inside the cluster."
  value       = [for service in aws_ecs_service.this : service.name]
}

output "families" {
  description = "Task definition families by task: code-server, webserver, daemon, migration."
  value       = { for task, definition in aws_ecs_task_definition.this : task => definition.family }
}
