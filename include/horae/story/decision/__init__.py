"""The story of one decision, told from the ledger alone."""
