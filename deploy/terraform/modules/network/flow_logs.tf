# Refused connections only: in a network this closed, each is a mistake or an intruder.

resource "aws_cloudwatch_log_group" "refused" {
  name              = "/${var.name}/refused-connections"
  retention_in_days = var.log_days
  kms_key_id        = var.key_arn
}

resource "aws_iam_role" "flow_logs" {
  name                 = "${var.name}-flow-logs"
  description          = "Writes refused connections to their log group"
  max_session_duration = 3600
  assume_role_policy = templatefile("${path.module}/flow_logs_trust.json.tftpl", {
    account_id = var.place.account_id
  })
}

resource "aws_iam_role_policy" "flow_logs" {
  name = "least"
  role = aws_iam_role.flow_logs.id
  policy = templatefile("${path.module}/flow_logs_policy.json.tftpl", {
    log_group_arn = aws_cloudwatch_log_group.refused.arn
  })
}

resource "aws_flow_log" "refused" {
  vpc_id          = aws_vpc.this.id
  traffic_type    = "REJECT"
  log_destination = aws_cloudwatch_log_group.refused.arn
  iam_role_arn    = aws_iam_role.flow_logs.arn
}
