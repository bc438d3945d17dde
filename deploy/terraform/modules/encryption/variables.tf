variable "name" {
  description = "Name of the environment's resources, spanishgas-ENV."
  type        = string
}

variable "place" {
  description = "Partition, region and account that the environment lives in."
  type        = object({ partition = string, region = string, account_id = string })
}
