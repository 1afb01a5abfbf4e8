"""What the ledger tells, as pages and the command line show it.

Reads only: nothing here decides, acts or appends.
"""
