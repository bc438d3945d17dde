# One topic that people subscribe to. The platform publishes its own findings there (failed checks,
# drift, late drops); the alarms below tell what it cannot tell by itself.

resource "aws_sns_topic" "this" {
  name              = "${var.name}-alerts"
  kms_master_key_id = var.key_arn
}

resource "aws_sns_topic_policy" "this" {
  arn = aws_sns_topic.this.arn
  policy = templatefile("${path.module}/topic_policy.json.tftpl", {
    account_id = var.place.account_id
    topic_arn  = aws_sns_topic.this.arn
  })
}

resource "aws_sns_topic_subscription" "email" {
  for_each = toset(var.emails)

  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = each.key
}
