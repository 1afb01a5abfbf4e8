"""Model: windows and outcomes come in, beliefs about capacity, recovery and outage go out."""
