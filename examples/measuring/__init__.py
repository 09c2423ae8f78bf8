"""What examples/measure is made of."""
