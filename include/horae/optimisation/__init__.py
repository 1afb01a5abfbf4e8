"""Search: a job's bounds and models come in, candidates and their front go out."""
