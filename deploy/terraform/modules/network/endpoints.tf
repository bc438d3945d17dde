# The private way to AWS. Endpoint policies let only this account's principals through, and S3 only
# to this environment's buckets: data cannot leave to somebody else's bucket.

locals {
  services = toset(["ec2", "ecr.api", "ecr.dkr", "ecs", "logs", "monitoring", "secretsmanager", "sns"])
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${var.place.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.private.id]
  policy = templatefile("${path.module}/s3_endpoint_policy.json.tftpl", {
    partition   = var.place.partition
    region      = var.place.region
    account_id  = var.place.account_id
    bucket_arns = jsonencode(flatten([for arn in var.bucket_arns : [arn, "${arn}/*"]]))
  })

  tags = { Name = "${var.name}-s3" }
}

resource "aws_vpc_endpoint" "interface" {
  for_each = local.services

  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${var.place.region}.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = slice(aws_subnet.private[*].id, 0, var.endpoint_zone_count)
  security_group_ids  = [aws_security_group.this["endpoints"].id]
  policy = templatefile("${path.module}/endpoint_policy.json.tftpl", {
    account_id = var.place.account_id
  })

  tags = { Name = "${var.name}-${each.key}" }
}
