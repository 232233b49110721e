"""The provider directory: its tables, what fills them, and the search.

Start with `search.search`. `records` says what is known of one provider, `store` keeps it,
`importers.nppes` and `sample` are where it comes from, `places` turns what a person typed
into a place. Callers bring their own `sqlalchemy.Engine`, with the tables already made.
"""
