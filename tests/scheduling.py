"""Hands out test modules to pytest-xdist's workers so that few of them start Spark."""

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

# Tests of these folders use the Spark session.
SPARK = ("tests/spark/", "tests/cluster/", "tests/delta/", "tests/notebooks/")
# Modules of these folders share stores that take long to make: one worker runs all of them.
TOGETHER = ("tests/cluster/", "tests/spark/training/", "tests/spark/recommend/")
# Tests of these modules take so long that their stores are better made by every worker.
APART = ("tests/chaos/test_edits.py",)


class SparkInFront(LoadScopeScheduling):
    """The first worker runs Spark's tests; the others join in once nothing else is left.

    Those take Spark's tests from the end, so that folders stay on one worker as far as possible.
    """

    def _split_scope(self, nodeid: str) -> str:
        """Return the unit of work of a test: its module, its folder, or itself."""
        if nodeid.startswith(APART):
            return nodeid
        folders = [folder for folder in TOGETHER if nodeid.startswith(folder)]
        return folders[0] if folders else nodeid.partition("::")[0]

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(self._next(node), last=False)
        super()._assign_work_unit(node)

    def _next(self, node: WorkerController) -> str:
        spark = [scope for scope in self.workqueue if scope.startswith(SPARK)]
        others = [scope for scope in self.workqueue if not scope.startswith(SPARK)]
        if node is self.nodes[0]:
            return [*spark, *others][0]
        return [*others, *reversed(spark)][0]
