output "secret_arn" {
  description = "Secret that holds the users' file."
  value       = aws_secretsmanager_secret.this.arn

  # A task that starts before the secret has a value fails.
  depends_on = [aws_secretsmanager_secret_version.this]
}
