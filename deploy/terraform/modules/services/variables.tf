variable "name" {
  description = "Name of the environment's resources, spanishgas-ENV."
  type        = string
}

variable "region" {
  description = "Region of the tasks."
  type        = string
}

variable "image" {
  description = "Image of all tasks, by digest."
  type        = string
}

variable "sizes" {
  description = "CPU units and memory (MiB) of code-server, webserver, daemon, dashboard and migration."
  type        = map(object({ cpu = number, memory_mib = number }))
}

variable "settings" {
  description = "SPANISHGAS_* variables of the services and of every run."
  type        = map(string)
}

variable "database_connection" {
  description = "DAGSTER_POSTGRES_HOST, _DB and _USER."
  type        = map(string)
}

variable "database_secret_arn" {
  description = "Secret that holds the database's password."
  type        = string
}

variable "users_secret_arn" {
  description = "Secret that holds the dashboard's users."
  type        = string
}

variable "compute_logs_bucket" {
  description = "Bucket of the runs' stdout and stderr."
  type        = string
}

variable "role_arns" {
  description = "Role ARNs: execution, code_server, webserver, daemon, dashboard, run."
  type        = map(string)
}

variable "log_group_names" {
  description = "Log groups by what writes to them."
  type        = map(string)
}

variable "cluster_arn" {
  description = "Cluster of the services."
  type        = string
}

variable "code_server_host" {
  description = "Host name of the code server inside the network."
  type        = string
}

variable "code_server_registry_arn" {
  description = "Where the code server's tasks enter their addresses."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets of the tasks."
  type        = list(string)
}

variable "security_group_ids" {
  description = "Security groups by name: webserver, dashboard, code-server, tasks."
  type        = map(string)
}

variable "target_group_arns" {
  description = "Target groups of the services that people reach: webserver, dashboard."
  type        = map(string)
}
