"""How many neighbours of each rated item a source looks at: chosen on validation ratings."""

from collections.abc import Mapping, Sequence

from colike.recommend.offer import Offer
from colike.recommend.tuning import Choice, Trials
from colike.sources.base import Fitted


def trials_of(sources: Sequence[Fitted], offer: Offer) -> Trials:
    """Return what `choose` tries: each source at every depth of its grid."""
    k = offer.settings.k
    return {(one.name, size): one.scorer(offer, size, k) for one in sources for size in one.grid}


def depth_of(source: Fitted, choices: Mapping[str, Choice]) -> int:
    """Return the chosen depth; where nobody has a validation like, the deepest of the grid."""
    choice = choices.get(source.name)
    return max(source.grid, default=0) if choice is None else choice.neighbours_per_item
