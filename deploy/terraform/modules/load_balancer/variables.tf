variable "name" {
  description = "Name of the environment's resources, spanishgas-ENV."
  type        = string
}

variable "vpc_id" {
  description = "Network of webserver and dashboard."
  type        = string
}

variable "subnet_ids" {
  description = "Public subnets of the load balancer."
  type        = list(string)
}

variable "security_group_id" {
  description = "Security group of the load balancer."
  type        = string
}

variable "certificate_arn" {
  description = "Certificate of both domains, the UI's and the dashboard's."
  type        = string
}

variable "dashboard_domain" {
  description = "Host name under which the dashboard answers."
  type        = string
}

variable "sign_in" {
  description = "The identity provider's endpoints and this application's id at it."
  type = object({
    issuer                 = string
    authorization_endpoint = string
    token_endpoint         = string
    user_info_endpoint     = string
    client_id              = string
  })
}

variable "sign_in_client_secret" {
  description = "This application's secret at the identity provider."
  type        = string
  sensitive   = true
}

variable "deletion_protection" {
  description = "Whether the load balancer refuses to be deleted."
  type        = bool
}
