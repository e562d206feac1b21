"""S3 on this machine: moto's server, and the jars and settings by which Spark reaches it."""

import hashlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from pyarrow.fs import LocalFileSystem, S3FileSystem, copy_files

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "build" / "moto" / "bin" / "moto_server"
JARS = ROOT / "build" / "jars"
MAVEN = "https://repo1.maven.org/maven2"
#: What goes with the Hadoop of Spark 3.5; the second has 268 MiB.
HADOOP_AWS = (
    "org/apache/hadoop/hadoop-aws/3.3.4/hadoop-aws-3.3.4.jar",
    "com/amazonaws/aws-java-sdk-bundle/1.12.262/aws-java-sdk-bundle-1.12.262.jar",
)
BUCKET = "bucket"
KEY = "anything"


def jars() -> list[Path]:
    """The jars of s3a, fetched where they are missing.

    Raises:
        OSError: Maven Central cannot be reached.
    """
    return [_fetched(f"{MAVEN}/{path}") for path in HADOOP_AWS]


def _fetched(url: str) -> Path:
    file = JARS / url.rpartition("/")[2]
    if not file.is_file():
        JARS.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".unfinished")
        with urlopen(url, timeout=60) as answer, unfinished.open("wb") as out:
            shutil.copyfileobj(answer, out)
        with urlopen(f"{url}.sha1", timeout=60) as answer, unfinished.open("rb") as written:
            assert answer.read().decode()[:40] == hashlib.file_digest(written, "sha1").hexdigest()
        unfinished.replace(file)
    return file


@dataclass(frozen=True)
class S3:
    """A server with one bucket."""

    host: str
    classes: str

    @property
    def files(self) -> S3FileSystem:
        """Its objects, as pyarrow sees them."""
        return S3FileSystem(
            endpoint_override=self.host, scheme="http", region="us-east-1",
            access_key=KEY, secret_key=KEY, allow_bucket_creation=True,
        )  # fmt: skip

    @property
    def options(self) -> dict[str, str]:
        """What Spark reaches it by. The jars are on this machine: nothing has to send them."""
        s3a = {
            "endpoint": f"http://{self.host}",
            "path.style.access": "true",
            "connection.ssl.enabled": "false",
            "access.key": KEY,
            "secret.key": KEY,
        }
        return {
            "spark.driver.extraClassPath": self.classes,
            "spark.executor.extraClassPath": self.classes,
            **{f"spark.hadoop.fs.s3a.{name}": value for name, value in s3a.items()},
        }

    def uri(self, name: str) -> str:
        """The URI of a folder of the bucket."""
        return f"s3a://{BUCKET}/{name}"

    def put(self, folder: Path, name: str) -> None:
        """Copy a local folder into the bucket."""
        copy_files(
            str(folder), f"{BUCKET}/{name}",
            source_filesystem=LocalFileSystem(), destination_filesystem=self.files,
        )  # fmt: skip

    def get(self, name: str, folder: Path) -> None:
        """Copy a folder of the bucket to a new local one."""
        folder.mkdir()
        copy_files(
            f"{BUCKET}/{name}", str(folder),
            source_filesystem=self.files, destination_filesystem=LocalFileSystem(),
        )  # fmt: skip


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def wait_for(port: int, seconds: float = 60) -> None:
    """Return when somebody listens at a port of this machine.

    Raises:
        TimeoutError: Nobody does.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError(f"nothing listens at port {port}")


@contextmanager
def server(log: Path, needed: list[Path]) -> Iterator[S3]:
    """A server with an empty bucket, as long as it is needed."""
    port = free_port()
    with log.open("w") as written:
        process = subprocess.Popen(
            [SERVER, "-H", "127.0.0.1", "-p", str(port)], stdout=written, stderr=written
        )
    try:
        wait_for(port)
        started = S3(f"127.0.0.1:{port}", ":".join(map(str, needed)))
        started.files.create_dir(BUCKET)
        yield started
    finally:
        process.kill()
        process.wait()
