"""One run on one machine: execution, progress, instance and the summary it ends with."""
