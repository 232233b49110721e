"""What may come in is screened, what may go out is released. A pure library: no web, no database."""
