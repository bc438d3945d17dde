variable "name" {
  description = "Name of the environment's resources, spanishgas-ENV."
  type        = string
}

variable "place" {
  description = "Partition, region and account that the environment lives in."
  type        = object({ partition = string, region = string, account_id = string })
}

variable "key_arn" {
  description = "Key that encrypts every object."
  type        = string
}

variable "old_versions_days" {
  description = "Days for which a replaced object of the store can be brought back."
  type        = number
}

variable "compute_logs_days" {
  description = "Days for which the stdout and stderr of runs are kept."
  type        = number
}

variable "force_destroy" {
  description = "Whether destroying the environment also deletes what lies in its buckets."
  type        = bool
}
