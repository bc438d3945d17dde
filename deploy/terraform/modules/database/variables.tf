variable "name" {
  description = "Name of the environment's resources, spanishgas-ENV."
  type        = string
}

variable "key_arn" {
  description = "Key that encrypts the database, its backups and its password."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets of the database."
  type        = list(string)
}

variable "security_group_id" {
  description = "Security group of the database."
  type        = string
}

variable "size" {
  description = "Instance class, storage (GiB; grows by itself up to five times), second zone, days of backups."
  type = object({
    instance_class = string
    storage_gib    = number
    multi_az       = bool
    backup_days    = number
  })
}

variable "password" {
  description = "Password to set; needed only when password_version changes."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "password_version" {
  description = "Raised by one to set a new password."
  type        = number
}

variable "deletion_protection" {
  description = "Whether the database refuses to be deleted and leaves a last snapshot."
  type        = bool
}
