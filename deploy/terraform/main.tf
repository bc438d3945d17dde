# The platform in one account and region. Every module is one room; this file says what each is given.

data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

locals {
  name = "spanishgas-${var.environment}"
  place = {
    partition  = data.aws_partition.this.partition
    region     = var.region
    account_id = data.aws_caller_identity.this.account_id
  }
  metrics_namespace = "SpanishGas/${var.environment}"

  # What the deployment decides, for the services and for every run alike.
  settings = merge(var.settings, {
    SPANISHGAS_RAW               = "s3://${module.storage.bucket_names["raw"]}/raw"
    SPANISHGAS_STORE             = "s3://${module.storage.bucket_names["store"]}/store"
    SPANISHGAS_STORE_ENCRYPTION  = "aws:kms"
    SPANISHGAS_STORE_KMS_KEY     = module.encryption.key_arn
    SPANISHGAS_STORE_TAGS        = "environment=${var.environment}"
    SPANISHGAS_ALERTS            = "sns"
    SPANISHGAS_SNS_TOPIC         = module.alerts.topic_arn
    SPANISHGAS_METRICS_NAMESPACE = local.metrics_namespace
    SPANISHGAS_UI_URL            = "https://${var.domain}"
    SPANISHGAS_DASHBOARD_URL     = "https://${var.dashboard_domain}"
    SPANISHGAS_PR_AUC_FLOOR      = tostring(var.pr_auc_floor)
  })
}

module "encryption" {
  source = "./modules/encryption"

  name  = local.name
  place = local.place
}

module "storage" {
  source = "./modules/storage"

  name              = local.name
  place             = local.place
  key_arn           = module.encryption.key_arn
  old_versions_days = var.old_versions_days
  compute_logs_days = var.log_days
  force_destroy     = !var.deletion_protection
}

module "registry" {
  source = "./modules/registry"

  name          = local.name
  key_arn       = module.encryption.key_arn
  force_destroy = !var.deletion_protection
}

module "network" {
  source = "./modules/network"

  name                = local.name
  place               = local.place
  key_arn             = module.encryption.key_arn
  cidr                = var.vpc_cidr
  zone_count          = var.zone_count
  endpoint_zone_count = var.endpoint_zone_count
  ui_cidrs            = var.ui_cidrs
  bucket_arns         = values(module.storage.bucket_arns)
  log_days            = var.log_days
}

module "load_balancer" {
  source = "./modules/load_balancer"

  name                  = local.name
  vpc_id                = module.network.vpc_id
  subnet_ids            = module.network.public_subnet_ids
  security_group_id     = module.network.security_group_ids["load-balancer"]
  certificate_arn       = var.certificate_arn
  dashboard_domain      = var.dashboard_domain
  sign_in               = var.sign_in
  sign_in_client_secret = var.sign_in_client_secret
  deletion_protection   = var.deletion_protection
}

module "database" {
  source = "./modules/database"

  name                = local.name
  key_arn             = module.encryption.key_arn
  subnet_ids          = module.network.private_subnet_ids
  security_group_id   = module.network.security_group_ids["database"]
  size                = var.database_size
  password            = var.database_password
  password_version    = var.database_password_version
  deletion_protection = var.deletion_protection
}

module "dashboard_users" {
  source = "./modules/dashboard_users"

  name                = local.name
  key_arn             = module.encryption.key_arn
  users               = var.dashboard_users
  users_version       = var.dashboard_users_version
  deletion_protection = var.deletion_protection
}

module "cluster" {
  source = "./modules/cluster"

  name     = local.name
  key_arn  = module.encryption.key_arn
  vpc_id   = module.network.vpc_id
  log_days = var.log_days
}

module "alerts" {
  source = "./modules/alerts"

  name                      = local.name
  place                     = local.place
  key_arn                   = module.encryption.key_arn
  emails                    = var.alert_emails
  metrics_namespace         = local.metrics_namespace
  pr_auc_floor              = var.pr_auc_floor
  longest_run_s             = var.longest_run_s
  cluster_name              = module.cluster.cluster_name
  service_names             = module.services.service_names
  load_balancer_arn_suffix  = module.load_balancer.arn_suffix
  target_group_arn_suffixes = module.load_balancer.target_group_arn_suffixes
  database_identifier       = module.database.identifier
}

module "roles" {
  source = "./modules/roles"

  name                = local.name
  place               = local.place
  bucket_arns         = module.storage.bucket_arns
  key_arn             = module.encryption.key_arn
  repository_arn      = module.registry.repository_arn
  database_secret_arn = module.database.secret_arn
  users_secret_arn    = module.dashboard_users.secret_arn
  topic_arn           = module.alerts.topic_arn
  metrics_namespace   = local.metrics_namespace
  github              = var.github
}

module "services" {
  source = "./modules/services"

  name                     = local.name
  region                   = var.region
  image                    = "${module.registry.repository_url}@${var.image_digest}"
  sizes                    = var.task_sizes
  settings                 = local.settings
  database_connection      = module.database.connection
  database_secret_arn      = module.database.secret_arn
  users_secret_arn         = module.dashboard_users.secret_arn
  compute_logs_bucket      = module.storage.bucket_names["compute-logs"]
  role_arns                = module.roles.arns
  log_group_names          = module.cluster.log_group_names
  cluster_arn              = module.cluster.cluster_arn
  code_server_host         = module.cluster.code_server_host
  code_server_registry_arn = module.cluster.code_server_registry_arn
  subnet_ids               = module.network.private_subnet_ids
  security_group_ids       = module.network.security_group_ids
  target_group_arns        = module.load_balancer.target_group_arns
}
