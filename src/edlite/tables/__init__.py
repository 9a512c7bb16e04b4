"""Parameter tables (CSV) that ship with the code."""
