"""What segments of a day said about the days after it."""
