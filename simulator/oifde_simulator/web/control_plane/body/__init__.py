"""Bodies of requests: read, judged by the document, and explained where they are wrong."""
