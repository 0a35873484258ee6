"""wiremock."""
