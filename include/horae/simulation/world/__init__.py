"""What happens in a run: records flow, failures come, worlds differ from what planners assume."""
