variable "name" {
  description = "Name of the environment's resources, spanishgas-ENV."
  type        = string
}

variable "place" {
  description = "Partition, region and account that the environment lives in."
  type        = object({ partition = string, region = string, account_id = string })
}

variable "key_arn" {
  description = "Key that encrypts the log of refused connections."
  type        = string
}

variable "cidr" {
  description = "Addresses of the network."
  type        = string
}

variable "zone_count" {
  description = "Availability zones that subnets lie in."
  type        = number
}

variable "endpoint_zone_count" {
  description = "Availability zones in which each interface endpoint has an address; each is paid by the hour."
  type        = number
}

variable "ui_cidrs" {
  description = "Addresses from which people may reach the load balancer."
  type        = list(string)
}

variable "bucket_arns" {
  description = "Buckets that may be reached through the S3 endpoint."
  type        = list(string)
}

variable "log_days" {
  description = "Days for which refused connections are kept."
  type        = number
}
