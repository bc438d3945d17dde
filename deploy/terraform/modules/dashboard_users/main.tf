# Who may use the dashboard, and in which role: a secret that the dashboard's task gets as a variable.

# Written, never read by Terraform: mail addresses and hashes are in no plan and no state.
resource "aws_secretsmanager_secret" "this" {
  name                    = "${var.name}/dashboard-users"
  description             = "Users of the dashboard and their roles (YAML, spanishgas users)"
  kms_key_id              = var.key_arn
  recovery_window_in_days = var.deletion_protection ? 30 : 7
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id                = aws_secretsmanager_secret.this.id
  secret_string_wo         = var.users
  secret_string_wo_version = var.users_version
}
