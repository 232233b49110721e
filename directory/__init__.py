"""The provider directory: where providers come from, how they are kept, and the search.

In: `importers/` read files into feeds (`feed.py`), and `intake.py` takes a feed, all of it or
nothing. `store.py` keeps each source's `records`, `merge.py` puts those of one provider together,
`entries.py` makes the rows that a search reads. Out: `search.search`, with `hits.py` (which, in
which order) and `cards.py` (what is known of them). `places.py` turns what a person typed into a
place, `names.py` into ids; `reports.py` keeps what people say is wrong.

Callers bring an engine of `database.open_engine`, with the tables made by `migrate.upgrade`.
"""
