# An alarm that nobody acts on is left out; what to do for each is in docs/operations.md.

locals {
  gib = 1073741824

  alarms = merge(
    {
      heartbeat-missing = {
        says       = "The metrics sensor has sent no heartbeat for 15 minutes: daemon, code server or database is down."
        namespace  = var.metrics_namespace
        metric     = "Heartbeat"
        dimensions = {}
        statistic  = "Sum"
        comparison = "LessThanThreshold"
        threshold  = 1
        period_s   = 300
        periods    = 3
        no_data    = "breaching"
      }
      model-below-floor = {
        says       = "The model just trained has a PR-AUC below the floor; the current champion keeps serving."
        namespace  = var.metrics_namespace
        metric     = "PR-AUC"
        dimensions = { Job = "train_snapshot" }
        statistic  = "Minimum"
        comparison = "LessThanThreshold"
        threshold  = var.pr_auc_floor
        period_s   = 300
        periods    = 1
        no_data    = "notBreaching"
      }
      database-storage-low = {
        says       = "The database has less than 5 GiB left, after growing by itself."
        namespace  = "AWS/RDS"
        metric     = "FreeStorageSpace"
        dimensions = { DBInstanceIdentifier = var.database_identifier }
        statistic  = "Minimum"
        comparison = "LessThanThreshold"
        threshold  = 5 * local.gib
        period_s   = 300
        periods    = 3
        no_data    = "missing"
      }
      database-busy = {
        says       = "The database has used more than 85% of its CPU for half an hour."
        namespace  = "AWS/RDS"
        metric     = "CPUUtilization"
        dimensions = { DBInstanceIdentifier = var.database_identifier }
        statistic  = "Average"
        comparison = "GreaterThanThreshold"
        threshold  = 85
        period_s   = 300
        periods    = 6
        no_data    = "missing"
      }
    },
    {
      for target, suffix in var.target_group_arn_suffixes : "${target}-unhealthy" => {
        says       = "The load balancer finds no healthy ${target}."
        namespace  = "AWS/ApplicationELB"
        metric     = "HealthyHostCount"
        dimensions = { LoadBalancer = var.load_balancer_arn_suffix, TargetGroup = suffix }
        statistic  = "Maximum"
        comparison = "LessThanThreshold"
        threshold  = 1
        period_s   = 60
        periods    = 5
        no_data    = "breaching"
      }
    },
    {
      for target, suffix in var.target_group_arn_suffixes : "${target}-errors" => {
        says       = "The ${target} answers with server errors."
        namespace  = "AWS/ApplicationELB"
        metric     = "HTTPCode_Target_5XX_Count"
        dimensions = { LoadBalancer = var.load_balancer_arn_suffix, TargetGroup = suffix }
        statistic  = "Sum"
        comparison = "GreaterThanThreshold"
        threshold  = 10
        period_s   = 300
        periods    = 2
        no_data    = "notBreaching"
      }
    },
    {
      for service in var.service_names : "${service}-down" => {
        says       = "No task of the service ${service} has run for five minutes."
        namespace  = "ECS/ContainerInsights"
        metric     = "RunningTaskCount"
        dimensions = { ClusterName = var.cluster_name, ServiceName = service }
        statistic  = "Maximum"
        comparison = "LessThanThreshold"
        threshold  = 1
        period_s   = 60
        periods    = 5
        no_data    = "breaching"
      }
    },
    {
      for service in var.service_names : "${service}-memory" => {
        says       = "The service ${service} has used more than 90% of its memory for 15 minutes."
        namespace  = "AWS/ECS"
        metric     = "MemoryUtilization"
        dimensions = { ClusterName = var.cluster_name, ServiceName = service }
        statistic  = "Average"
        comparison = "GreaterThanThreshold"
        threshold  = 90
        period_s   = 300
        periods    = 3
        no_data    = "missing"
      }
    },
    {
      for job, longest_s in var.longest_run_s : "${replace(job, "_", "-")}-slow" => {
        says       = "A run of ${job} took longer than ${longest_s} seconds."
        namespace  = var.metrics_namespace
        metric     = "RunDuration"
        dimensions = { Job = job }
        statistic  = "Maximum"
        comparison = "GreaterThanThreshold"
        threshold  = longest_s
        period_s   = 300
        periods    = 1
        no_data    = "notBreaching"
      }
    },
  )
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.says
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = each.value.period_s
  evaluation_periods  = each.value.periods
  treat_missing_data  = each.value.no_data
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = each.value.no_data == "notBreaching" ? [] : [aws_sns_topic.this.arn]
}

# The circuit breaker has rolled a service back.
resource "aws_cloudwatch_event_rule" "rolled_back" {
  name        = "${var.name}-rolled-back"
  description = "A deployment of a service failed"
  event_pattern = jsonencode({
    source      = ["aws.ecs"]
    detail-type = ["ECS Deployment State Change"]
    resources   = [{ prefix = "arn:${var.place.partition}:ecs:${var.place.region}:${var.place.account_id}:service/${var.cluster_name}/" }]
    detail      = { eventName = ["SERVICE_DEPLOYMENT_FAILED"] }
  })
}

resource "aws_cloudwatch_event_target" "rolled_back" {
  rule = aws_cloudwatch_event_rule.rolled_back.name
  arn  = aws_sns_topic.this.arn

  input_transformer {
    input_paths    = { service = "$.resources[0]", reason = "$.detail.reason" }
    input_template = "\"${var.name}: a deployment failed and was rolled back: <service>: <reason>\""
  }
}
