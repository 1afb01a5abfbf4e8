"""Tables that follow from the ledger's entries, so that pages need not read them all.

Nothing here is the truth: it is folded from the entries in their order, brought up to date
whenever somebody asks, and can be thrown away and made anew.
"""
