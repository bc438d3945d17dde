output "load_balancer_dns_name" {
  description = "Name that both domains must point to (CNAME or alias)."
  value       = module.load_balancer.dns_name
}

output "sign_in_redirect_urls" {
  description = "Redirect addresses to register at the identity provider."
  value       = [for domain in [var.domain, var.dashboard_domain] : "https://${domain}/oauth2/idpresponse"]
}

output "dashboard_url" {
  description = "Where the retention team works."
  value       = "https://${var.dashboard_domain}"
}

output "raw_url" {
  description = "Where raw drops are put: raw_url/2025-01-06/customer_contracts.csv."
  value       = local.settings["SPANISHGAS_RAW"]
}

output "store_url" {
  description = "Where tables, models and reports lie."
  value       = local.settings["SPANISHGAS_STORE"]
}

output "repository_url" {
  description = "Where the first image is pushed to."
  value       = module.registry.repository_url
}

output "alerts_topic_arn" {
  description = "Topic of all alerts, for further subscriptions."
  value       = module.alerts.topic_arn
}

output "database_secret_arn" {
  description = "Secret that holds the database's password."
  value       = module.database.secret_arn
}

output "log_group_names" {
  description = "Log groups by what writes to them."
  value       = module.cluster.log_group_names
}

output "github_variables" {
  description = "Variables of the GitHub environment, as .github/workflows/deploy.yml reads them."
  value = {
    AWS_REGION          = var.region
    AWS_DEPLOY_ROLE_ARN = module.roles.deploy_role_arn
    ECR_REPOSITORY_URL  = module.registry.repository_url
    ECS_CLUSTER         = module.cluster.cluster_name
    UI_URL              = "https://${var.domain}"
  }
}
