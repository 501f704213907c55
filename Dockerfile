# One recipe for the four programs: docker build --build-arg SERVICE=registry --build-arg PORT=8101 .

FROM python:3.13-slim AS build
ARG SERVICE
WORKDIR /app
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_CACHE_DIR=1

# Every package of the lock file is fetched and checked against its digest; only what the program needs is installed from them.
COPY requirements.lock .
RUN pip download --quiet --require-hashes --requirement requirements.lock --dest /wheels

COPY chassis /source/chassis
COPY gateway /source/gateway
COPY services /source/services
RUN case "$SERVICE" in \
        gateway) folder=gateway ;; \
        registry|complaints|evaluation) folder="services/$SERVICE" ;; \
        *) echo "SERVICE must be gateway, registry, complaints or evaluation"; exit 1 ;; \
    esac \
    && mkdir -p "$(dirname "$folder")" \
    && cp -r /source/chassis chassis \
    && cp -r "/source/$folder" "$folder" \
    && python -m venv /app/.venv \
    && /app/.venv/bin/pip install --quiet --no-index --find-links /wheels --editable ./chassis --editable "./$folder" \
    && rm requirements.lock

FROM python:3.13-slim
ARG SERVICE
ARG PORT
LABEL org.opencontainers.image.title="prima-${SERVICE}" org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin prima
COPY --from=build /app /app
COPY data /app/data
COPY docs/openapi /app/docs/openapi
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONSAFEPATH=1 \
    SERVICE=${SERVICE} \
    LIVENESS_URL=http://127.0.0.1:${PORT}/livez \
    BIND_HOST=0.0.0.0 \
    DATA_DIR=/app/data \
    DOCS_DIR=/app/docs
USER prima
EXPOSE ${PORT}
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(os.environ['LIVENESS_URL'], timeout=2)"]
CMD ["sh", "-c", "exec python -m \"$SERVICE\""]
