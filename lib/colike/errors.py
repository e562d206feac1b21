"""The one hierarchy of errors: each message says what is wrong, where, and what to do."""


class ColikeError(Exception):
    """Any failure that colike foresaw; the CLI prints its message and exits with 2."""


class ConfigError(ColikeError):
    """A config file, override or argument that cannot be used as it is."""


class SchemaError(ColikeError):
    """A file or table whose columns or types are not what its contract says."""


class QualityError(ColikeError):
    """Input rows that fail the checks in a larger share than the config allows."""


class SnapshotError(ColikeError):
    """A training snapshot that does not match its manifest."""


class DependencyError(ColikeError):
    """An optional library, model or key that is needed here and missing."""


class StoreError(ColikeError):
    """A store, table or version that is not there, or is held by another run."""


class LookupFailedError(ColikeError):
    """A user, item or title that the store does not know."""
