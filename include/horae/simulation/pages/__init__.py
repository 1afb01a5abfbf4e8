"""Pages that need nothing else, and the plots in them."""
