# The environment's one key: buckets, database, secrets, logs, images and the alert topic use it.

resource "aws_kms_key" "this" {
  description             = "${var.name}: data at rest"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy = templatefile("${path.module}/key_policy.json.tftpl", {
    partition  = var.place.partition
    region     = var.place.region
    account_id = var.place.account_id
    name       = var.name
  })
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}
