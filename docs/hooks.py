"""What the site has besides docs/ and mkdocs.yml: files of the top folder, and the decisions."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

# Files of the top folder, by the names of their pages.
TOP = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changes.md",
    "SECURITY.md": "security.md",
}
DECISIONS = "Decisions"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List every page of docs/decisions, so that a new one needs no other file."""
    docs = Path(config.docs_dir)
    pages = [page.relative_to(docs).as_posix() for page in sorted(docs.glob("decisions/*.md"))]
    for part in config.nav or []:
        for entry in next(iter(part.values())):
            if isinstance(entry, dict) and DECISIONS in entry:
                entry[DECISIONS] = pages
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the files of the top folder, whose links are as seen from there."""
    for name, page in TOP.items():
        text = (Path(config.docs_dir).parent / name).read_text("utf-8")
        files.append(File.generated(config, page, content=_from_docs(text)))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """Turn links to files of the top folder into links to their pages."""
    for name, page in TOP.items():
        markdown = markdown.replace(f"](../{name}", f"]({page}")
    return markdown


def _from_docs(text: str) -> str:
    text = text.replace("](docs/", "](")
    for name, page in TOP.items():
        text = text.replace(f"]({name}", f"]({page}")
    return text
