# The simulator in a container: slim, not root, healthy once both ports answer.
#   docker build -t oifde-simulator .
#   docker run --rm -p 8443:8443 -p 8444:8444 oifde-simulator
# It can keep its state in Valkey or Redis (--state); for --workers without such a server: --build-arg EXTRA=workers
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY simulator simulator
COPY scenarios scenarios
COPY schemas schemas
ARG EXTRA=valkey
RUN python -m venv /opt/simulator && /opt/simulator/bin/pip install --no-cache-dir -c constraints.txt ".[$EXTRA]"

FROM python:3.13-slim
COPY --from=build /opt/simulator /opt/simulator
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin simulator
# Other containers reach both ports; so the control plane wants a token: OIFDE_SIMULATOR_CONTROL_TOKEN, or the printed one.
# The health check finds the server by its ready file, whatever its options; /dev/shm is writable in a read-only container too.
ENV PATH=/opt/simulator/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    OIFDE_SIMULATOR_HOST=0.0.0.0 \
    OIFDE_SIMULATOR_CONTROL_HOST=0.0.0.0 \
    OIFDE_SIMULATOR_READY_FILE=/dev/shm/oifde-simulator-ready.json
USER 10001
EXPOSE 8443 8444
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 CMD ["oifde-simulator", "readyz"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["oifde-simulator"]
CMD ["serve"]
