terraform {
  required_version = ">= 1.11, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # The rest comes from environments/ENV.s3.tfbackend and, for the bucket, from the command line.
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Project     = "spanishgas"
      Environment = var.environment
      ManagedBy   = "terraform"
    }
  }
}
