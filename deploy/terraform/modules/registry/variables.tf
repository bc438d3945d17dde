variable "name" {
  description = "Name of the repository."
  type        = string
}

variable "key_arn" {
  description = "Key that encrypts the images."
  type        = string
}

variable "kept_images" {
  description = "Images that are kept, newest first."
  type        = number
  default     = 50
}

variable "force_destroy" {
  description = "Whether destroying the environment also deletes its images."
  type        = bool
}
