"""Real local servers that stand for what is outside: they speak the protocol, errors included."""
