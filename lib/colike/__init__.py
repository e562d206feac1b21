"""colike: from ratings and item texts to recommendations for every user."""

from importlib.metadata import PackageNotFoundError, version

try:
    #: Release, number of commits and commit of the build.
    __version__ = version("colike")
except PackageNotFoundError:  # modules without the package around them
    __version__ = "unknown"
