variable "name" {
  description = "Name of the environment's resources, spanishgas-ENV."
  type        = string
}

variable "key_arn" {
  description = "Key that encrypts the secret."
  type        = string
}

variable "users" {
  description = "The users' file to set; needed only when users_version changes."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "users_version" {
  description = "Raised by one to set another file."
  type        = number
}

variable "deletion_protection" {
  description = "Whether a deleted secret can be brought back for a month rather than a week."
  type        = bool
}
