"""The edge: sources that send us events, destinations we tell. Imported by nobody."""
