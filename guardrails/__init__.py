"""What comes in is screened, what goes out is released. A pure library: no web, no database."""
