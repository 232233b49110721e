"""Reading public provider data into the directory, one module for each source."""
