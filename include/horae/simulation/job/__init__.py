"""The job that is simulated: its model, and the ones that come with Horae."""
