import pytest

from colike.compute.placing import partition_keys, spark_hash


@pytest.mark.parametrize("partitions", [1, 10, 136])
def test_partition_keys_fill_every_partition_once(partitions):
    # Spark puts a row where its hash is, modulo the number of partitions.
    keys = partition_keys(partitions)
    assert [spark_hash(key) % partitions for key in keys] == list(range(partitions))
