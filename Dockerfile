# The worker, and every other `dunghan` command. Everything installed is pinned, with hashes, in the lock files.
FROM python:3.13.7-slim AS build
WORKDIR /src
RUN python -m venv /venv
COPY requirements.lock requirements-dev.lock ./
# The build backend is one entry of the development lock: its name and version, and the hashes on the lines after it.
RUN sed -n '/^setuptools==/,/[^\\]$/p' requirements-dev.lock > build.lock \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock -r build.lock
COPY pyproject.toml README.md ./
COPY config config
COPY streams streams
COPY agents agents
COPY alerts alerts
COPY dunghan dunghan
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13.7-slim
RUN groupadd --system --gid 10001 dunghan && useradd --system --uid 10001 --gid 10001 --no-create-home dunghan
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# By number: who must not run as root can see that it does not, without looking into the image.
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["dunghan"]
CMD ["--help"]
