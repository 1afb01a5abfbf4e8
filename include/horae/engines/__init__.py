"""Act: an ordered rescale comes in, what really happened goes out."""
