output "arns" {
  description = "Role ARNs: execution, code_server, webserver, daemon, dashboard, run."
  value       = { for role, made in aws_iam_role.task : role => made.arn }

  # A task that starts before its role has its policy fails.
  depends_on = [aws_iam_role_policy.task]
}

output "deploy_role_arn" {
  description = "Role that the deploy workflow assumes."
  value       = aws_iam_role.deploy.arn
}
