"""Where the retention team works: published snapshots, the day's calls, and what became of them.

Everything outside ``screens/`` is plain Python and Polars and is tested without a browser;
``screens/`` draws it with Streamlit. Nothing here counts what a table or a check counts.
"""
