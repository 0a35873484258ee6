"""JSONPath as WireMock evaluates it, by Jayway's library."""
