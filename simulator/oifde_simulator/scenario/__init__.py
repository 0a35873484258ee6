"""The file format of scenarios: reading, checking, building, writing and finding them."""
