output "service_names" {
  description = "Names of the services inside the cluster."
  value       = [for service in aws_ecs_service.this : service.name]
}
