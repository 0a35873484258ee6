"""Rules of a scenario: which requests each is about, when it fires, and how it changes the answer."""
