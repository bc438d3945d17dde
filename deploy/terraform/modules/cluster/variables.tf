variable "name" {
  description = "Name of the environment's resources, spanishgas-ENV."
  type        = string
}

variable "key_arn" {
  description = "Key that encrypts the logs."
  type        = string
}

variable "vpc_id" {
  description = "Network in which the private names are known."
  type        = string
}

variable "log_days" {
  description = "Days for which logs are kept."
  type        = number
}
