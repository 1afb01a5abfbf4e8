"""Who acts without being asked by a person; anybody else in the ledger is one."""

from horae.control.entries import HORAE

WATCHDOG = "watchdog"

OWN_ACTORS = (HORAE, WATCHDOG)
