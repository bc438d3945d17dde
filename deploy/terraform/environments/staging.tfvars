# Like prod in kind, smaller in size: what passes here passes there.
environment         = "staging"
endpoint_zone_count = 1
log_days            = 30

database_size = {
  instance_class = "db.t4g.small"
  storage_gib    = 20
  multi_az       = false
  backup_days    = 7
}

task_sizes = {
  code-server = { cpu = 512, memory_mib = 2048 }
  webserver   = { cpu = 512, memory_mib = 1024 }
  daemon      = { cpu = 512, memory_mib = 1024 }
  dashboard   = { cpu = 512, memory_mib = 2048 }
  migration   = { cpu = 256, memory_mib = 1024 }
}

settings = {
  SPANISHGAS_AUTOMATION = "yes"
}
