"""Settings of a Spark that runs much code once, on little data: a test's."""

from typing import Final

QUICK: Final = {
    # A compiler that is quick beats one that makes quick code.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.databricks.delta.snapshotPartitions": "1",
}
