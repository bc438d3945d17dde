"""A demo retailer that lives week by week: it delivers, and reacts to the offers really made.

`worlds` says what may happen in a year; `weekly_portfolio` draws who would join and leave if nobody
were offered anything, `potential_outcomes` what each offer would change of it, and `reactions`
applies the offers that were made. `live_retailer` has the tables of a week, `weekly_drop` writes
them.
"""
