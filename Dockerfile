# Airflow with Horae: `docker build -t horae .`, then run it as you run Airflow's own image.
FROM apache/airflow:3.3.2-python3.11

COPY --chown=airflow:root requirements.txt /opt/horae/
RUN pip install --no-cache-dir --requirement /opt/horae/requirements.txt

COPY --chown=airflow:root pyproject.toml README.md /opt/horae/
COPY --chown=airflow:root include /opt/horae/include
# Compiled once for any processor of this kind, where any user of the image finds it.
ENV NUMBA_CPU_NAME=generic \
    NUMBA_CACHE_DIR=/opt/airflow/compiled
RUN pip install --no-cache-dir --no-deps /opt/horae \
    && mkdir -p /opt/airflow/horae /opt/airflow/compiled \
    && python -m horae.policy.compiled \
    && chmod -R g=u /opt/airflow/compiled

COPY --chown=airflow:root dags /opt/airflow/dags
COPY --chown=airflow:root plugins /opt/airflow/plugins
COPY --chown=airflow:root include/jobs /opt/airflow/jobs

ENV HORAE_JOBS=/opt/airflow/jobs \
    HORAE_HOME=/opt/airflow/horae
