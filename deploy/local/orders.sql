-- Revenue of each customer: a plain job without functions of its own.

SET 'pipeline.name' = '${job_name}';
SET 'table.local-time-zone' = 'UTC';
SET 'table.exec.source.idle-timeout' = '30 s';

CREATE TEMPORARY TABLE orders (
  customer STRING,
  status STRING,
  amount_cents BIGINT,
  ordered TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL,
  WATERMARK FOR ordered AS ordered - INTERVAL '1' SECOND
) WITH (
  'connector' = 'kafka',
  'properties.bootstrap.servers' = '${bootstrap}',
  'topic' = '${input_topic}',
  'properties.group.id' = '${job_name}',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);

CREATE TEMPORARY TABLE revenue (
  customer STRING,
  window_start TIMESTAMP(3),
  orders BIGINT,
  revenue_cents BIGINT
) WITH (
  'connector' = 'kafka',
  'properties.bootstrap.servers' = '${bootstrap}',
  'topic' = '${output_topic}',
  'format' = 'json',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = '${job_name}',
  'properties.transaction.timeout.ms' = '180000'
);

INSERT INTO revenue
SELECT customer, window_start, COUNT(*) AS orders, SUM(amount_cents) AS revenue_cents
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ordered), INTERVAL '${window_seconds}' SECOND))
WHERE status = 'paid'
GROUP BY customer, window_start, window_end;
