"""Make the buckets of the laptop's S3 store, and put a made-up retailer's drop into the raw one.

A raw bucket that has objects keeps them: what somebody put there is not mixed with the demo.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import boto3

from spanishgas_assets.demo import write_demo_retailer

RAW = "spanishgas-raw"
BUCKETS = (RAW, "spanishgas-store", "spanishgas-logs")


def main() -> None:
    """Seed the store that AWS_ENDPOINT_URL names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, required=True)
    customers = parser.parse_args().customers

    s3 = boto3.client("s3")
    there = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    where = {"LocationConstraint": s3.meta.region_name}
    for bucket in BUCKETS:
        if bucket not in there:
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    if s3.list_objects_v2(Bucket=RAW, MaxKeys=1)["KeyCount"]:
        sys.stdout.write(f"s3://{RAW} has objects and stays as it is\n")
        return

    with tempfile.TemporaryDirectory() as folder:
        write_demo_retailer(Path(folder), customers=customers, layout="hive")
        files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        for path in files:
            s3.upload_file(str(path), RAW, path.relative_to(folder).as_posix())
    sys.stdout.write(f"s3://{RAW}: {len(files)} files of {customers:,} customers\n")


if __name__ == "__main__":
    main()
