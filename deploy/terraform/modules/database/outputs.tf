output "identifier" {
  description = "The instance as CloudWatch calls it."
  value       = aws_db_instance.this.identifier
}

output "connection" {
  description = "Host, database and user, as Dagster's instance file asks for them."
  value = {
    DAGSTER_POSTGRES_HOST = aws_db_instance.this.address
    DAGSTER_POSTGRES_DB   = aws_db_instance.this.db_name
    DAGSTER_POSTGRES_USER = aws_db_instance.this.username
  }
}

output "secret_arn" {
  description = "Secret that holds username and password."
  value       = aws_secretsmanager_secret.password.arn

  # A task that starts before the secret has a value fails.
  depends_on = [aws_secretsmanager_secret_version.password]
}
