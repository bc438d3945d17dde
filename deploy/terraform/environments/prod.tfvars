# Two zones for everything that the platform cannot do without.
environment         = "prod"
endpoint_zone_count = 2
log_days            = 365
old_versions_days   = 90

database_size = {
  instance_class = "db.t4g.medium"
  storage_gib    = 50
  multi_az       = true
  backup_days    = 35
}

task_sizes = {
  code-server = { cpu = 1024, memory_mib = 4096 }
  webserver   = { cpu = 512, memory_mib = 2048 }
  daemon      = { cpu = 512, memory_mib = 2048 }
  dashboard   = { cpu = 1024, memory_mib = 2048 }
  migration   = { cpu = 256, memory_mib = 1024 }
}

settings = {
  SPANISHGAS_AUTOMATION = "yes"
}
