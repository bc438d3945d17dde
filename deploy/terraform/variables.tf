# What an environment decides. Sizes are in environments/ENV.tfvars; what names a real account comes
# from account.auto.tfvars (not in the repository, see account.auto.tfvars.example) or from TF_VAR_*.

variable "environment" {
  description = "Name of the environment: dev, staging or prod. Every resource is called spanishgas-ENV."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "environment is dev, staging or prod."
  }
}

variable "region" {
  description = "Region of everything. Customer data stays in the European Union."
  type        = string
  default     = "eu-south-2"

  validation {
    condition = contains(
      ["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"], var.region
    )
    error_message = "region must lie in the European Union: eu-south-2 (Spain) or eu-central-1, eu-north-1, eu-south-1, eu-west-1, eu-west-3."
  }
}

variable "deletion_protection" {
  description = "Whether database and load balancer refuse to be deleted, and buckets and images must be empty first."
  type        = bool
  default     = true

  validation {
    condition     = var.deletion_protection || var.environment != "prod"
    error_message = "prod keeps deletion_protection = true: take it down on purpose, by hand."
  }
}

variable "vpc_cidr" {
  description = "Addresses of the network, a /16."
  type        = string
  default     = "10.40.0.0/16"

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0)) && endswith(var.vpc_cidr, "/16")
    error_message = "vpc_cidr is a /16 such as 10.40.0.0/16: subnets are cut from it by number."
  }
}

variable "zone_count" {
  description = "Availability zones that subnets lie in."
  type        = number
  default     = 2

  validation {
    condition     = var.zone_count >= 2 && var.zone_count <= 3
    error_message = "zone_count is 2 or 3: the load balancer and the database want two zones."
  }
}

variable "endpoint_zone_count" {
  description = "Availability zones in which each of the eight interface endpoints has an address. Each address is paid by the hour; with one, the loss of its zone stops the platform."
  type        = number

  validation {
    condition     = var.endpoint_zone_count >= 1 && var.endpoint_zone_count <= var.zone_count
    error_message = "endpoint_zone_count is at least 1 and at most zone_count."
  }
}

variable "ui_cidrs" {
  description = "Addresses (CIDR) from which people may reach the UI, before they sign in: offices, VPN."
  type        = list(string)

  validation {
    condition     = alltrue([for cidr in var.ui_cidrs : can(cidrhost(cidr, 0))])
    error_message = "ui_cidrs are ranges such as 203.0.113.0/24."
  }

  validation {
    condition     = !contains(var.ui_cidrs, "0.0.0.0/0") || var.environment != "prod"
    error_message = "prod is not open to the whole internet: name the offices' and the VPN's addresses in ui_cidrs."
  }
}

variable "domain" {
  description = "Domain of the UI, for example churn.example.com; it must point to the output load_balancer_dns_name."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]+$", var.domain))
    error_message = "domain is a host name without https://, for example churn.example.com."
  }
}

variable "dashboard_domain" {
  description = "Domain of the dashboard, for example retention.example.com; it must point to the output load_balancer_dns_name too."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]+$", var.dashboard_domain)) && var.dashboard_domain != var.domain
    error_message = "dashboard_domain is a host name without https://, and another one than domain."
  }
}

variable "certificate_arn" {
  description = "ARN of the certificate of both domains in ACM, in the same region."
  type        = string

  validation {
    condition     = startswith(var.certificate_arn, "arn:") && strcontains(var.certificate_arn, ":acm:${var.region}:")
    error_message = "certificate_arn is the ARN of an ACM certificate in the region of the load balancer."
  }
}

variable "sign_in" {
  description = "OpenID Connect provider at which people sign in: its endpoints, and this application's id there."
  type = object({
    issuer                 = string
    authorization_endpoint = string
    token_endpoint         = string
    user_info_endpoint     = string
    client_id              = string
  })

  validation {
    condition = alltrue([
      for endpoint in ["issuer", "authorization_endpoint", "token_endpoint", "user_info_endpoint"] :
      startswith(var.sign_in[endpoint], "https://")
    ])
    error_message = "The endpoints in sign_in start with https://; the provider's /.well-known/openid-configuration lists them."
  }
}

variable "sign_in_client_secret" {
  description = "This application's secret at the identity provider. The load balancer needs it, so it is in the (encrypted) state."
  type        = string
  sensitive   = true

  validation {
    condition     = length(var.sign_in_client_secret) > 0
    error_message = "sign_in_client_secret is empty: export TF_VAR_sign_in_client_secret."
  }
}

variable "database_password" {
  description = "Password of Dagster's database user: needed for the first apply and when database_password_version is raised. It is in no plan and no state."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = var.database_password == null || can(regex("^[A-Za-z0-9]{24,128}$", var.database_password))
    error_message = "database_password has 24 to 128 letters and digits (the instance file puts it into a URL)."
  }
}

variable "database_password_version" {
  description = "Raised by one to set a new database_password; the services are restarted afterwards."
  type        = number
  default     = 1
}

variable "dashboard_users" {
  description = "The dashboard's users and roles, the file of `spanishgas users`: needed for the first apply and when dashboard_users_version is raised. It is in no plan and no state."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = var.dashboard_users == null || can(yamldecode(var.dashboard_users).users[0].role)
    error_message = "dashboard_users is the text of a users' file: export TF_VAR_dashboard_users=\"$(cat users.yaml)\"."
  }
}

variable "dashboard_users_version" {
  description = "Raised by one to set other dashboard_users; the dashboard is restarted afterwards."
  type        = number
  default     = 1
}

variable "database_size" {
  description = "Instance class, storage (GiB; grows by itself up to five times), second zone, days of backups."
  type = object({
    instance_class = string
    storage_gib    = number
    multi_az       = bool
    backup_days    = number
  })

  validation {
    condition     = var.database_size.backup_days >= 1 && var.database_size.backup_days <= 35
    error_message = "database_size.backup_days is 1 to 35: without backups there is no restore."
  }

  validation {
    condition     = var.database_size.storage_gib >= 20
    error_message = "database_size.storage_gib is at least 20."
  }
}

variable "task_sizes" {
  description = "CPU units and memory (MiB) of the long-lived tasks. Runs have their own sizes (spanishgas_assets/operations/sizes.py)."
  type        = map(object({ cpu = number, memory_mib = number }))

  validation {
    condition     = toset(keys(var.task_sizes)) == toset(["code-server", "webserver", "daemon", "dashboard", "migration"])
    error_message = "task_sizes names code-server, webserver, daemon, dashboard and migration."
  }

  validation {
    condition = alltrue([
      for size in values(var.task_sizes) :
      contains([256, 512, 1024, 2048, 4096], size.cpu) && size.memory_mib >= 2 * size.cpu && size.memory_mib <= 8 * size.cpu
    ])
    error_message = "Fargate takes 256, 512, 1024, 2048 or 4096 CPU units, with 2 to 8 MiB of memory for each."
  }
}

variable "image_digest" {
  description = "Digest of the image for new task definitions, sha256:...; the deploy workflow replaces it from then on."
  type        = string

  validation {
    condition     = can(regex("^sha256:[0-9a-f]{64}$", var.image_digest))
    error_message = "image_digest is sha256: and 64 hexadecimal digits, as `docker push` prints it; a tag is not enough."
  }
}

variable "settings" {
  description = "Further SPANISHGAS_* variables of the services and of every run (spanishgas_assets/settings.py); no secrets."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.settings) : startswith(name, "SPANISHGAS_")])
    error_message = "settings are variables of the platform: SPANISHGAS_..."
  }

  validation {
    condition     = !anytrue([for name in keys(var.settings) : strcontains(name, "PASSWORD")])
    error_message = "settings are visible to everybody who may read a task definition: no passwords."
  }
}

variable "pr_auc_floor" {
  description = "Lowest PR-AUC that the gate accepts; an alarm tells of a model below it."
  type        = number
  default     = 0.70

  validation {
    condition     = var.pr_auc_floor > 0 && var.pr_auc_floor < 1
    error_message = "pr_auc_floor lies between 0 and 1."
  }
}

variable "longest_run_s" {
  description = "Seconds by job after which a run is called slow."
  type        = map(number)
  default     = { ingest_months = 3600, train_snapshot = 7200, score_snapshot = 3600 }
}

variable "alert_emails" {
  description = "Addresses that get every alert; each must confirm the subscription once."
  type        = list(string)
  default     = []
}

variable "log_days" {
  description = "Days for which logs and the output of runs are kept."
  type        = number

  validation {
    condition     = contains([7, 14, 30, 60, 90, 180, 365, 400], var.log_days)
    error_message = "log_days is one of CloudWatch's periods: 7, 14, 30, 60, 90, 180, 365 or 400."
  }
}

variable "old_versions_days" {
  description = "Days for which a replaced object of the store can be brought back."
  type        = number
  default     = 30
}

variable "github" {
  description = "Who may deploy: repository (owner/name), and the GitHub environment (the deploy workflow names one), or for a workflow without any the branch; create_provider: whether this environment makes the account's GitHub OIDC provider (one per account)."
  type = object({
    repository      = string
    branch          = optional(string, "main")
    environment     = optional(string, "")
    create_provider = optional(bool, true)
  })

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github.repository))
    error_message = "github.repository is owner/name, without a pattern: one repository may deploy."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9._/-]+$", var.github.branch)) && can(regex("^[A-Za-z0-9._-]*$", var.github.environment))
    error_message = "github.branch and github.environment are names without a pattern."
  }

  validation {
    condition     = var.environment != "prod" || var.github.environment != ""
    error_message = "prod is deployed through a GitHub environment with its own protection rules: set github.environment."
  }
}
