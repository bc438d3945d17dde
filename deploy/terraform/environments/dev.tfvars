# Small, and gone with one command.
environment         = "dev"
deletion_protection = false
endpoint_zone_count = 1
log_days            = 14

database_size = {
  instance_class = "db.t4g.micro"
  storage_gib    = 20
  multi_az       = false
  backup_days    = 1
}

task_sizes = {
  code-server = { cpu = 512, memory_mib = 2048 }
  webserver   = { cpu = 256, memory_mib = 1024 }
  daemon      = { cpu = 256, memory_mib = 1024 }
  dashboard   = { cpu = 512, memory_mib = 2048 }
  migration   = { cpu = 256, memory_mib = 1024 }
}

settings = {
  # The sensor and the schedule wait for a person.
  SPANISHGAS_AUTOMATION = "no"
}
