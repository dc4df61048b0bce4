"""Results on their way out: deliveries are rows, owed once, and sent with patience."""
