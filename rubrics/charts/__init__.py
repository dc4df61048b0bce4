"""Charts as plain geometry: numbers in, coordinates out, drawn by templates as SVG."""
