"""What a fit is worth: stability, confidence, rules, and the gate it must pass."""
