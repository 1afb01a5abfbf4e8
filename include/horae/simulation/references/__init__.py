"""The best that was possible: static-best, the clairvoyant oracle, and the bound."""
