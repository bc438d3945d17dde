variable "name" {
  description = "Name of the environment's resources, spanishgas-ENV."
  type        = string
}

variable "place" {
  description = "Partition, region and account that the environment lives in."
  type        = object({ partition = string, region = string, account_id = string })
}

variable "key_arn" {
  description = "Key that encrypts waiting messages."
  type        = string
}

variable "emails" {
  description = "Addresses that get every alert; each must confirm once."
  type        = list(string)
}

variable "metrics_namespace" {
  description = "CloudWatch namespace of the platform's figures."
  type        = string
}

variable "pr_auc_floor" {
  description = "PR-AUC below which a newly trained model is told of."
  type        = number
}

variable "longest_run_s" {
  description = "Seconds by job after which a run is called slow."
  type        = map(number)
}

variable "cluster_name" {
  description = "Cluster of the services."
  type        = string
}

variable "service_names" {
  description = "Services that must always run."
  type        = list(string)
}

variable "load_balancer_arn_suffix" {
  description = "The load balancer as CloudWatch calls it."
  type        = string
}

variable "target_group_arn_suffixes" {
  description = "The target groups of webserver and dashboard as CloudWatch calls them."
  type        = map(string)
}

variable "database_identifier" {
  description = "The database as CloudWatch calls it."
  type        = string
}
