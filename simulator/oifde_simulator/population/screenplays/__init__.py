"""What is said in generated sessions: screenplay files, and the facts and values that fill them in."""
