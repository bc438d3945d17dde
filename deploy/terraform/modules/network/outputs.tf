output "vpc_id" {
  description = "Id of the network."
  value       = aws_vpc.this.id
}

output "public_subnet_ids" {
  description = "Subnets of the load balancer."
  value       = aws_subnet.public[*].id
}

output "private_subnet_ids" {
  description = "Subnets of the tasks and of the database."
  value       = aws_subnet.private[*].id
}

output "security_group_ids" {
  description = "Security groups by name: load-balancer, webserver, dashboard, code-server, tasks, endpoints, database."
  value       = { for name, group in aws_security_group.this : name => group.id }
}
