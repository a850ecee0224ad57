"""`voiced doctor`: everything that the assistant needs, tried one after the other."""
