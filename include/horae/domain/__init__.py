"""Values that travel between the stages: frozen, with units in their names."""
