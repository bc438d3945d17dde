# One image for every process of the platform: code server, webserver, daemon, dashboard, runs and
# the instance migration differ only in their command. No ENTRYPOINT: the run launcher and compose
# give whole commands. Build it for linux/amd64:
#
#   docker build --platform linux/amd64 --tag spanishgas .
#
# The base image is an argument so that a mirror's copy, or a stand-in, can take its place.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm


# Packages at the locked versions, then the platform. pip reads the machine's own configuration
# (an index mirror, a certificate) from the optional secret `pip-conf`; it reaches no layer.
FROM ${PYTHON_IMAGE} AS build
ARG EXTRAS=postgres,risk-control,dashboard
ARG SENTIMENT=off
ARG CPU_WHEELS=
WORKDIR /src
COPY pyproject.toml constraints.txt ./
COPY deploy/image/requirements.py deploy/image/
# xgboost asks for NCCL, 290 MB that only several GPUs use; nothing here loads it.
RUN --mount=type=secret,id=pip-conf,target=/etc/pip.conf \
    python -m venv /opt/venv \
    && if [ "${SENTIMENT}" != off ]; then extras="${EXTRAS},sentiment"; else extras="${EXTRAS}"; fi \
    && python deploy/image/requirements.py "${extras}" > requirements.txt \
    && PIP_EXTRA_INDEX_URL="${CPU_WHEELS}" /opt/venv/bin/pip install --no-cache-dir \
        --constraint constraints.txt --requirement requirements.txt \
    && /opt/venv/bin/pip uninstall --yes nvidia-nccl-cu12
COPY README.md LICENSE ./
COPY spanishgas_assets spanishgas_assets
RUN --mount=type=secret,id=pip-conf,target=/etc/pip.conf \
    /opt/venv/bin/pip install --no-cache-dir --no-deps .


# The transformers of SPANISHGAS_SENTIMENT=transformers, where SENTIMENT asks for them: `hub` fetches
# the revisions that settings.py pins, a folder of the build context is a hub cache that holds them.
FROM build AS sentiment
ARG SENTIMENT=off
WORKDIR /context
COPY deploy/image/sentiment_models.py /src/
RUN --mount=type=bind,target=/context \
    HF_HOME=/opt/models /opt/venv/bin/python /src/sentiment_models.py "${SENTIMENT}" /opt/models


# The mail catcher of docker-compose.yml: prints each mail to its log. Not part of the platform.
FROM ${PYTHON_IMAGE} AS mail
ENV PYTHONUNBUFFERED=1
COPY constraints.txt /tmp/
RUN --mount=type=secret,id=pip-conf,target=/etc/pip.conf \
    python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --constraint /tmp/constraints.txt aiosmtpd
USER 65534
EXPOSE 1025
HEALTHCHECK --interval=10s --timeout=5s \
    CMD ["/opt/venv/bin/python", "-c", "import smtplib; smtplib.SMTP('localhost', 1025, timeout=3)"]
CMD ["/opt/venv/bin/python", "-m", "aiosmtpd", "-n", "-l", "0.0.0.0:1025"]


FROM ${PYTHON_IMAGE} AS platform
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DAGSTER_HOME=/opt/dagster/home \
    HF_HOME=/opt/models \
    HF_HUB_OFFLINE=1
RUN useradd --uid 10001 --no-create-home --home-dir /opt/dagster spanishgas \
    && install --directory --owner spanishgas --group spanishgas /opt/dagster /opt/dagster/home
COPY --from=build /opt/venv /opt/venv
COPY --from=sentiment /opt/models /opt/models
COPY deploy/ecs/dagster.yaml deploy/ecs/workspace.yaml /opt/dagster/home/
USER 10001
WORKDIR /opt/dagster
EXPOSE 3000 4000 8501
# The code server's; whoever starts another command replaces or disables it.
HEALTHCHECK --interval=30s --timeout=15s --start-period=60s \
    CMD ["dagster", "api", "grpc-health-check", "-p", "4000"]
CMD ["dagster", "api", "grpc", "-h", "0.0.0.0", "-p", "4000", "-m", "spanishgas_assets.definitions"]
