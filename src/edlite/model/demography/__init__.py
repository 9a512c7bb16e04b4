"""Stands that change: growth of stems, seeds, death, disturbance, fusion and division.

The daily carbon balance runs in the lanes (`edlite.model.daily`). What happens once a month or
year works on the ragged arrays of the whole tile (`edlite.model.state.State`); the driver then
fills the lanes anew.
"""
