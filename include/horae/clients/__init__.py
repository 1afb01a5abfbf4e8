"""Talk to outside systems: plain calls come in, typed replies go out; foreign errors end here."""
