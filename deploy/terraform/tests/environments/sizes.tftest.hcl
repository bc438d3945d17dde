# An environment's own file, with an account that is not there:
#
#   terraform test -test-directory=tests/environments -var-file=environments/prod.tfvars

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  domain                = "churn.example.com"
  dashboard_domain      = "retention.example.com"
  dashboard_users       = "users: [{name: ana@example.com, role: caller}]"
  certificate_arn       = "arn:aws:acm:eu-south-2:111122223333:certificate/00000000-0000-0000-0000-000000000000"
  ui_cidrs              = ["203.0.113.0/24"]
  alert_emails          = ["data-platform@example.com"]
  image_digest          = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
  database_password     = "mockedmockedmockedmocked"
  sign_in_client_secret = "mocked"

  sign_in = {
    issuer                 = "https://login.example.com"
    authorization_endpoint = "https://login.example.com/authorize"
    token_endpoint         = "https://login.example.com/token"
    user_info_endpoint     = "https://login.example.com/userinfo"
    client_id              = "spanishgas"
  }
  github = {
    repository  = "example/spanishgas"
    environment = var.environment
  }
}

run "environment_fits" {
  command = apply

  assert {
    condition     = output.github_variables["ECS_CLUSTER"] == "spanishgas-${var.environment}"
    error_message = "Everything is called after the environment."
  }
  assert {
    condition     = startswith(output.store_url, "s3://spanishgas-${var.environment}-store-")
    error_message = "Each environment has a store of its own."
  }
}
