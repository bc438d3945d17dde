#!/bin/sh
# Make the stand-in images that deploy/check_stack.py takes where no image registry can be reached:
# standin-python, standin-postgres, standin-s3. Needs root and debootstrap, a Debian mirror, and pip.
#
#   deploy/standins/build.sh [PIP_CONF]     PIP_CONF: pip's configuration of this machine
set -eu
cd "$(dirname "$0")"
pip_conf=${1:-/dev/null}
# Engines before 23 build with BuildKit, which secrets need, only where they are told to.
export DOCKER_BUILDKIT="${DOCKER_BUILDKIT:-1}"
root=$(mktemp --directory)
trap 'rm -rf "${root}"' EXIT
chmod 755 "${root}"

debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm "${root}"
# What the python image has: `python`, and trust in whom this machine trusts.
ln -s python3.11 "${root}/usr/bin/python"
cp /etc/ssl/certs/ca-certificates.crt "${root}/etc/ssl/certs/"
rm -rf "${root}"/var/cache/apt/archives/*.deb "${root}"/var/lib/apt/lists/*
tar --directory "${root}" --create . | docker import - standin-python

for target in postgres s3; do
    docker build --network host --secret "id=pip-conf,src=${pip_conf}" \
        --build-arg DEBIAN_IMAGE=standin-python --target "${target}" --tag "standin-${target}" .
done
