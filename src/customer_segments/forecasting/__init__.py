"""How often and how much customers will order."""
