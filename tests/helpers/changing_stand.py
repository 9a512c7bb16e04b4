"""Stands whose patches change in a way that changes nothing else."""

from __future__ import annotations

import numpy as np

from edlite.model.columns import Columns
from edlite.model.state import State
from edlite.model.state_fields import BY_COHORT, FIELDS
from helpers.model_columns import PATCHES, Patch, columns_of

# one soil, as patches of a cell share theirs
SAME_SOIL = tuple(Patch(cohorts=patch.cohorts) for patch in PATCHES)


def shared_cells(**changes) -> Columns:
    """Three cells with several patches each."""
    values = {
        "lat": np.array([42.5, 42.6, 42.7]),
        "lon": np.array([-72.2, -72.1, -72.0]),
        "cell_id": np.array([11, 12, 13]),
        "cell_index": np.array([0, 0, 0, 1, 1, 2, 2, 2]),
        "area": np.array([0.2, 0.5, 0.3, 0.6, 0.4, 0.1, 0.1, 0.8]),
    }
    return columns_of(SAME_SOIL, **(values | changes))


def halved(columns: Columns, state: State) -> tuple[Columns, State]:
    """The same stand with every patch as two equal halves."""
    own = [np.flatnonzero(state.patch_index == p) for p in range(state.n_patch)]
    patches = np.repeat(np.arange(state.n_patch), 2)
    cohorts = np.concatenate([own[p] for p in patches])
    values = {
        name: getattr(state, name)[..., cohorts if f.shape in BY_COHORT else patches]
        for name, f in FIELDS.items()
    }
    values["area"] = values["area"] / 2.0
    values["patch_index"] = np.repeat(np.arange(patches.size), [len(own[p]) for p in patches])
    state = State(**values)
    return columns.with_structure(state), state
