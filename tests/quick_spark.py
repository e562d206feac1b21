"""Settings of a Spark that runs much code once, on little data: a test's."""

from typing import Final

QUICK: Final = {
    # A compiler that is quick beats one that makes quick code.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.databricks.delta.snapshotPartitions": "1",
}

# The session that tests share. It lives long enough that a compiler that makes quick code pays.
SPARK: Final = {
    **QUICK,
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC",
    "spark.master": "local[2]",
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.databricks.delta.stats.collect": "false",
    "spark.databricks.delta.properties.defaults.checkpointInterval": "1000",
    # Thousands of queries run; nobody looks at the last hundred's plans.
    "spark.sql.ui.retainedExecutions": "1",
    "spark.ui.retainedJobs": "1",
    "spark.ui.retainedStages": "1",
}
