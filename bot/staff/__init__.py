"""The pages where a clinic's staff answer people, and what guards them."""
