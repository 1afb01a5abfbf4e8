"""Decide: a situation comes in, a proposal or a reasoned stay goes out; guards allow or refuse."""
