"""What is likely to come, with its range, its record, or the reason why nothing is said."""
