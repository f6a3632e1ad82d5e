"""The provider: how many there are of each article."""
