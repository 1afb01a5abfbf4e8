"""The real engines on one machine: Kafka, Flink and the demo job as processes under one folder.

What is started is described by the files in `deploy/local/`; `stack.LocalStack` starts and stops
it, `task_managers.TaskManagers` adds and removes TaskManagers while it runs.
"""
