output "topic_arn" {
  description = "Topic that alerts are published to."
  value       = aws_sns_topic.this.arn
}
