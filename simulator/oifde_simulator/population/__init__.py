"""Who has which call sessions. The only room that will know Faker."""
