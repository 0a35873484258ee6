"""JSON Schema: compiling, validating and explaining, for our documents and for those of users."""
