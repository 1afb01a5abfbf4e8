"""Drafts of what was seen, decided and done come in; numbered, chained entries remain."""
