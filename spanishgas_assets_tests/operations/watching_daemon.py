"""Starts ``dagster-daemon`` with sensors evaluated without the five seconds between two rounds."""

from dagster._daemon import sensor
from dagster._daemon.cli import main

if __name__ == "__main__":
    sensor.MIN_INTERVAL_LOOP_TIME = 0.3
    main()
