# The portal: web server, worker, timetable and management commands are one image with different commands.
# Built by `docker compose build`; docs/operations.md says how it is run.

FROM node:22-trixie-slim AS front-end
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts

FROM python:3.11-slim-trixie AS packages
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/portal
COPY requirements.txt .
RUN /opt/portal/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.11-slim-trixie
# Pango and HarfBuzz lay out the PDFs (fonts come from package-lock.json); the client is for backup and restore. Versions follow
# the release of Debian, whose updates are security fixes only.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install --yes --no-install-recommends \
    libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 postgresql-client-17 \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --uid 10001 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin portal
ENV PATH=/opt/portal/bin:$PATH \
  PYTHONDONTWRITEBYTECODE=1 \
  PYTHONUNBUFFERED=1
WORKDIR /srv/portal
COPY --from=packages /opt/portal /opt/portal
COPY --from=front-end /build/node_modules node_modules
COPY manage.py ./
COPY connective connective
COPY submissions submissions
COPY review review
COPY templates templates
COPY static static
# What the portal writes goes to var (a volume) and /tmp; all else stays root's, so that the root file system can be read-only.
RUN pybabel compile --directory connective/locale --domain django \
  && PORTAL_MODE="test" python manage.py collectstatic --noinput \
  && python -m compileall -q connective submissions review \
  && install --directory --owner portal --group portal --mode 0700 var var/documents
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-m", "connective.launch.health"]
CMD ["gunicorn", "--config", "connective/launch/gunicorn_conf.py"]
