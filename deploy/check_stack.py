"""Build the image, start the stack of docker-compose.yml, and see it work: `make check-stack`.

Nobody starts anything: the sensor finds the demo's files in the raw bucket, and its runs must go
through the daemon's queue and the code server, each once. What they make is looked up in the S3
store. A month without files is then run through the webserver's API, and the mail about its failure
looked up in the mail catcher. Everything is removed at the end. Where no container engine answers,
the check says SKIPPED and passes.

Where no image registry can be reached, `deploy/standins/build.sh` first, then ``--standins``.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[1]
STANDINS = {"POSTGRES_IMAGE": "standin-postgres", "S3_IMAGE": "standin-s3"}
SNAPSHOT = "2025-01-06"
#: What the sensor starts of the demo's drop, in this order.
STEPS = ("register_arrivals", "ingest_months", "train_snapshot")
MONTH_WITHOUT_FILES = "2025-03-01"
LIST_KEYS = """
import boto3, sys
pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=sys.argv[1])
print("\\n".join(item["Key"] for page in pages for item in page.get("Contents", [])))
"""
LAUNCH = """
mutation Launch($run: ExecutionParams!) {
  launchRun(executionParams: $run) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
    ... on RunConfigValidationInvalid { errors { message } }
  }
}
"""
RUNS = """
{ runsOrError { ... on Runs {
  results { jobName status startTime endTime tags { key value } }
} } }
"""
STATUS = "query Status($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def docker(*arguments: str) -> str:
    """Run a docker command; return what it printed, or stop with what it said."""
    done = subprocess.run(  # noqa: S603  # arguments of this script
        ["docker", *arguments],  # noqa: S607  # wherever docker is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(
            f"docker {' '.join(arguments)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        )
    return done.stdout


def missing() -> str:
    """Say what keeps the check from running; nothing if it can."""
    if not shutil.which("docker"):
        return "docker is not installed"
    for needed, arguments in {
        "no container engine answers": ["info"],
        "docker has no compose plugin": ["compose", "version"],
    }.items():
        if subprocess.run(["docker", *arguments], capture_output=True, check=False).returncode:  # noqa: S603, S607
            return needed
    return ""


def seconds_until(what: str, reached: Callable[[], bool], limit: float) -> float:
    """Wait until something is reached; return how long it took."""
    started = time.monotonic()
    while not reached():
        if time.monotonic() - started > limit:
            raise SystemExit(
                f"{what}: not within {limit:.0f} s\n{docker('compose', 'ps', '--all')}"
            )
        time.sleep(0.5)
    return time.monotonic() - started


class Stack:
    """The started stack, seen through the webserver's address."""

    def __init__(self, url: str) -> None:
        """Name the webserver."""
        self.url = url

    def answers(self) -> bool:
        """Say whether the webserver is up."""
        try:
            with urlopen(f"{self.url}/server_info", timeout=5) as answer:  # noqa: S310  # localhost
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def healthy(self, service: str) -> bool:
        """Say whether compose calls the service healthy."""
        return "(healthy)" in docker("compose", "ps", "--format", "{{.Status}}", service)

    def ask(self, query: str, **variables: Any) -> Any:
        """Ask the webserver's GraphQL."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"})  # noqa: S310
        with urlopen(request, timeout=60) as answer:  # noqa: S310  # localhost
            return json.load(answer)["data"]

    def run(self, job: str, tags: dict[str, str], *, ends: str) -> float:
        """Launch a job, wait until it has ended as it should; return its seconds."""
        params = {
            "selector": {
                "repositoryLocationName": "spanishgas",
                "repositoryName": "__repository__",
                "jobName": job,
            },
            "runConfigData": {},
            "executionMetadata": {"tags": [{"key": k, "value": v} for k, v in tags.items()]},
        }
        launched = self.ask(LAUNCH, run=params)["launchRun"]
        if launched["__typename"] != "LaunchRunSuccess":
            raise SystemExit(f"{job} was not launched: {launched}")
        run_id = launched["run"]["runId"]

        def status() -> str:
            return str(self.ask(STATUS, id=run_id)["runOrError"]["status"])

        took = seconds_until(job, lambda: status() in {"SUCCESS", "FAILURE", "CANCELED"}, 900)
        if status() != ends:
            logs = docker("compose", "logs", "--tail", "60", "code-server", "daemon")
            raise SystemExit(f"{job} {tags} ended as {status()}, not {ends}\n{logs}")
        say(f"{job} {' '.join(tags.values())}: {ends} after {took:.1f} s")
        return took

    def of_the_sensor(self) -> dict[str, list[dict[str, Any]]]:
        """Return the runs that the sensor of raw drops started, by job.

        Raises:
            SystemExit: one failed.
        """
        found: dict[str, list[dict[str, Any]]] = {}
        for run in self.ask(RUNS)["runsOrError"]["results"]:
            if {"key": "dagster/sensor_name", "value": "raw_arrivals"} in run["tags"]:
                found.setdefault(run["jobName"], []).append(run)
                if run["status"] in {"FAILURE", "CANCELED"}:
                    logs = docker("compose", "logs", "--tail", "60", "code-server", "daemon")
                    raise SystemExit(f"{run['jobName']}, asked for by the sensor, failed\n{logs}")
        return found

    def snapshot_is_made(self) -> bool:
        """Say whether the sensor's last step has succeeded."""
        last = self.of_the_sensor().get(STEPS[-1], [])
        return any(run["status"] == "SUCCESS" for run in last)

    def keys(self, bucket: str) -> list[str]:
        """List a bucket, from inside the stack."""
        listed = docker("compose", "exec", "-T", "code-server", "python", "-c", LIST_KEYS, bucket)
        return listed.split()

    def mailed(self, words: str) -> bool:
        """Say whether a mail that the catcher printed has the words."""
        return words in docker("compose", "logs", "mail")


def build(options: argparse.Namespace) -> dict[str, float]:
    """Build both images of the compose file; return seconds and size."""
    given = ["--platform", "linux/amd64", "--network", options.network]
    if options.pip_conf:
        given += ["--secret", f"id=pip-conf,src={options.pip_conf}"]
    if options.standins:
        given += ["--build-arg", "PYTHON_IMAGE=standin-python"]
    if options.no_cache:
        given += ["--no-cache"]
    started = time.monotonic()
    docker("build", *given, "--tag", "spanishgas:laptop", ".")
    took = time.monotonic() - started
    docker("build", *given, "--target", "mail", "--tag", "spanishgas-mail:laptop", ".")
    size = int(docker("image", "inspect", "--format", "{{.Size}}", "spanishgas:laptop"))
    user = docker("image", "inspect", "--format", "{{.Config.User}}", "spanishgas:laptop").strip()
    if user in {"", "0", "root"}:
        raise SystemExit("the image runs as root")
    say(f"image: built in {took:.0f} s, {size / 1e9:.2f} GB, user {user}")
    return {"build_s": round(took, 1), "image_gb": round(size / 1e9, 2)}


def see_it_work(stack: Stack) -> dict[str, float]:
    """Start the stack and use it; return the figures."""
    started = time.monotonic()
    docker("compose", "up", "--detach", "--no-build")
    seconds_until("the webserver", stack.answers, 180)
    healthy = time.monotonic() - started
    say(f"webserver answers {healthy:.0f} s after `docker compose up`")
    for service in ("postgres", "s3", "mail", "code-server", "webserver", "daemon", "dashboard"):
        seconds_until(f"{service} healthy", partial(stack.healthy, service), 180)
    say("all six services are healthy")

    landed = seconds_until("the snapshot of the demo's drop", stack.snapshot_is_made, 1200)
    runs = stack.of_the_sensor()
    steps = {job: round(runs[job][0]["endTime"] - runs[job][0]["startTime"], 1) for job in STEPS}
    say(f"from the raw bucket to the snapshot without a hand: {landed:.0f} s later; {steps}")
    tables = stack.keys("spanishgas-store")
    wanted = f"publication/current/{SNAPSHOT}.json"
    if wanted not in tables:
        raise SystemExit(f"{wanted} is not among the {len(tables)} objects of the store")
    if not stack.keys("spanishgas-logs"):
        raise SystemExit("no compute logs in s3://spanishgas-logs")
    say(f"{len(tables)} objects in the store, a publication among them; compute logs beside it")

    stack.run("ingest_months", {"dagster/partition": MONTH_WITHOUT_FILES}, ends="FAILURE")
    about_it = partial(stack.mailed, MONTH_WITHOUT_FILES)
    # What opens within five minutes of a mail shares the next one.
    mail = seconds_until("a mail about the failed run", about_it, 420)
    say(f"mail about the failed run after {mail:.0f} s")

    # The sensor has looked at the same files several times since.
    started_runs = {job: len(runs) for job, runs in stack.of_the_sensor().items()}
    if started_runs != dict.fromkeys(STEPS, 1):
        raise SystemExit(f"the sensor was to start each of {STEPS} once: {started_runs}")
    say("each step of the drop ran once")
    return {
        "healthy_s": round(healthy, 1),
        "snapshot_s": round(landed, 1),
        **{f"{job}_s": steps[job] for job in STEPS},
        "mail_s": round(mail, 1),
        "store_objects": len(tables),
    }


def main() -> int:
    """Check the stack, or say loudly that it was not checked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--standins", action="store_true", help="base images from standins/build.sh"
    )
    parser.add_argument("--pip-conf", help="pip's configuration, given to the build as a secret")
    parser.add_argument(
        "--network", default="default", help="of the build (docker build --network)"
    )
    parser.add_argument("--no-cache", action="store_true", help="build every layer anew")
    parser.add_argument("--keep", action="store_true", help="leave the stack running")
    options = parser.parse_args()
    reason = missing()
    if reason:
        say(f"SKIPPED: {reason}; the image was not built and the stack was not started")
        return 0

    # Engines before 23 build with BuildKit, which secrets need, only where they are told to.
    os.environ.setdefault("DOCKER_BUILDKIT", "1")
    if options.standins:
        os.environ.update(STANDINS)
    figures = build(options)
    stack = Stack(f"http://localhost:{os.environ.get('UI_PORT', '3000')}")
    try:
        figures |= see_it_work(stack)
    finally:
        if not options.keep:
            docker("compose", "down", "--volumes", "--timeout", "5")
    say(json.dumps(figures))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
