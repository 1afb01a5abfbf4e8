"""What all sections of a job spec have in common."""

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """A section: frozen, and without names that it does not know."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False
    )
