"""How modules are found, and packages imported no sooner than they are wanted."""
