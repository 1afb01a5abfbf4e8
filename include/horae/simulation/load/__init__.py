"""The load that a rehearsal replays: from files and by formulas."""
