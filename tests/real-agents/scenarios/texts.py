"""What several agents write."""

MODULE = "def price(pence):\n    return pence\n"
