"""Settings: text from people and the environment comes in, frozen and checked values go out."""
