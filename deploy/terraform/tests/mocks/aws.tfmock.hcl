# Answers of an account that is not there, in the shapes of real ones.

mock_data "aws_caller_identity" {
  defaults = { account_id = "111122223333" }
}
mock_data "aws_partition" {
  defaults = { partition = "aws" }
}
mock_data "aws_availability_zones" {
  defaults = { names = ["eu-south-2a", "eu-south-2b", "eu-south-2c"] }
}
mock_data "aws_iam_openid_connect_provider" {
  defaults = { arn = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" }
}
mock_resource "aws_iam_openid_connect_provider" {
  defaults = { arn = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" }
}
mock_resource "aws_iam_role" {
  defaults = { arn = "arn:aws:iam::111122223333:role/mocked" }
}
mock_resource "aws_kms_key" {
  defaults = { arn = "arn:aws:kms:eu-south-2:111122223333:key/00000000-0000-0000-0000-000000000001" }
}
mock_resource "aws_s3_bucket" {
  defaults = { arn = "arn:aws:s3:::mocked" }
}
mock_resource "aws_sns_topic" {
  defaults = { arn = "arn:aws:sns:eu-south-2:111122223333:mocked" }
}
mock_resource "aws_cloudwatch_log_group" {
  defaults = { arn = "arn:aws:logs:eu-south-2:111122223333:log-group:mocked" }
}
mock_resource "aws_lb" {
  defaults = {
    arn        = "arn:aws:elasticloadbalancing:eu-south-2:111122223333:loadbalancer/app/mocked/50dc6c495c0c9188"
    arn_suffix = "app/mocked/50dc6c495c0c9188"
  }
}
mock_resource "aws_lb_target_group" {
  defaults = {
    arn        = "arn:aws:elasticloadbalancing:eu-south-2:111122223333:targetgroup/mocked/73e2d6bc24d8a067"
    arn_suffix = "targetgroup/mocked/73e2d6bc24d8a067"
  }
}
mock_resource "aws_lb_listener" {
  defaults = { arn = "arn:aws:elasticloadbalancing:eu-south-2:111122223333:listener/app/mocked/50dc6c495c0c9188/f2f7dc8efc522ab2" }
}
mock_resource "aws_ecs_cluster" {
  defaults = { arn = "arn:aws:ecs:eu-south-2:111122223333:cluster/mocked" }
}
mock_resource "aws_ecs_task_definition" {
  defaults = { arn = "arn:aws:ecs:eu-south-2:111122223333:task-definition/mocked:1" }
}
mock_resource "aws_ecr_repository" {
  defaults = {
    arn            = "arn:aws:ecr:eu-south-2:111122223333:repository/mocked"
    repository_url = "111122223333.dkr.ecr.eu-south-2.amazonaws.com/mocked"
  }
}
mock_resource "aws_secretsmanager_secret" {
  defaults = { arn = "arn:aws:secretsmanager:eu-south-2:111122223333:secret:mocked-AbCdEf" }
}
mock_resource "aws_service_discovery_service" {
  defaults = { arn = "arn:aws:servicediscovery:eu-south-2:111122223333:service/srv-mocked" }
}
