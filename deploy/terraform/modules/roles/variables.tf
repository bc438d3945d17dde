variable "name" {
  description = "Name of the environment's resources, spanishgas-ENV."
  type        = string
}

variable "place" {
  description = "Partition, region and account that the environment lives in."
  type        = object({ partition = string, region = string, account_id = string })
}

variable "bucket_arns" {
  description = "Bucket ARNs by purpose: raw, store, compute-logs."
  type        = map(string)
}

variable "key_arn" {
  description = "Key that encrypts the environment's data."
  type        = string
}

variable "repository_arn" {
  description = "Repository of the platform's images."
  type        = string
}

variable "database_secret_arn" {
  description = "Secret that holds the database's password."
  type        = string
}

variable "users_secret_arn" {
  description = "Secret that holds the dashboard's users."
  type        = string
}

variable "topic_arn" {
  description = "Topic that alerts are published to."
  type        = string
}

variable "metrics_namespace" {
  description = "CloudWatch namespace of the platform's figures."
  type        = string
}

variable "github" {
  description = "Who may deploy: repository (owner/name), and the GitHub environment (the deploy workflow names one), or for a workflow without any the branch; create_provider: whether this environment makes the account's OIDC provider."
  type = object({
    repository      = string
    branch          = string
    environment     = string
    create_provider = bool
  })
}
