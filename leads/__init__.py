"""Facts: who a lead is and what they did. Knows nothing about points."""
