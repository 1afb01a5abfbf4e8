"""Ids that an engine recognises when a step is repeated."""

import uuid

_NAMESPACE = uuid.UUID("5f0c6f6e-6f2b-5a43-9a5c-2f6d0a6e0a01")


def derived_id(action_id: str, purpose: str) -> str:
    """32 hexadecimal digits, the same for the same action and purpose, in any process."""
    return uuid.uuid5(_NAMESPACE, f"{action_id}/{purpose}").hex
