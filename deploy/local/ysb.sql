-- The Yahoo Streaming Benchmark: how often was each campaign seen in each window?
-- Every view pays one campaign look-up of ${service_time_micros} microseconds, one after the other in a slot, so
-- that a slot carries 1,000,000 / ${service_time_micros} views a second whatever the machine.

SET 'pipeline.name' = '${job_name}';
SET 'table.local-time-zone' = 'UTC';
-- A partition may fall silent for this long before the others go on without it. It is far above the
-- time that a busy slot spends on the other partitions (see the fetch sizes below), or their
-- windows would close over its records.
SET 'table.exec.source.idle-timeout' = '${idle_seconds} s';

CREATE TEMPORARY FUNCTION campaign_of AS 'horae.local.CampaignLookup' USING JAR '${functions_jar}';

CREATE TEMPORARY TABLE events (
  ad_id STRING,
  user_id STRING,
  event_type STRING,
  event_time TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL,
  WATERMARK FOR event_time AS event_time - INTERVAL '${watermark_delay_seconds}' SECOND
) WITH (
  'connector' = 'kafka',
  'properties.bootstrap.servers' = '${bootstrap}',
  'topic' = '${input_topic}',
  'properties.group.id' = '${consumer_group}',
  'scan.startup.mode' = 'earliest-offset',
  -- Small fetches: a slot with a backlog turns from one partition to the next after a few dozen
  -- records instead of thousands. Small polls: pendingRecords does not see up to four of them, which
  -- wait inside the source.
  'properties.max.partition.fetch.bytes' = '4096',
  'properties.max.poll.records' = '25',
  -- A hundred metrics of the client that nobody reads.
  'properties.register.consumer.metrics' = 'false',
  'format' = 'json'
);

CREATE TEMPORARY TABLE campaign_counts (
  campaign STRING,
  window_start TIMESTAMP(3),
  view_count BIGINT
) WITH (
  'connector' = 'kafka',
  'properties.bootstrap.servers' = '${bootstrap}',
  'topic' = '${output_topic}',
  'format' = 'json',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = '${job_name}',
  'properties.transaction.timeout.ms' = '180000',
  'properties.register.producer.metrics' = 'false'
);

CREATE TEMPORARY VIEW campaign_views AS
SELECT campaign_of(ad_id, ${campaigns}, ${service_time_micros}) AS campaign, event_time
FROM events
WHERE event_type = 'view';

INSERT INTO campaign_counts
SELECT campaign, window_start, COUNT(*) AS view_count
FROM TABLE(TUMBLE(TABLE campaign_views, DESCRIPTOR(event_time), INTERVAL '${window_seconds}' SECOND))
GROUP BY campaign, window_start, window_end;
