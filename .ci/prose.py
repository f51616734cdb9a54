"""Reports lines of more than 100 columns outside of Markdown, and copies all prose to a directory
for a linter that reads Markdown: pages as they are, and of other files the comments, each in its
line."""

import re
import subprocess
import sys
from pathlib import Path

COLUMNS = 100
# Generated, or published by others.
SKIPPED = re.compile(
    r"cliq-macros/snapshots/|cliq-openapi/tests/(imported|round_trip/.*_again\.rs)"
    r"|docs/(endpoints|refusals)\.md|tests/(compile/(fail|pass)|declared/v\d)/|tests/threads-v3"
)
HASH = re.compile(r"\s*#(?!!) ?(.*)")
COMMENTS = {
    ".rs": re.compile(r"\s*//[/!]? ?(.*)"),
    ".lua": re.compile(r"\s*-- ?(.*)"),
    ".md": re.compile(r"(.*)"),
    **dict.fromkeys(["", ".py", ".toml", ".yaml", ".yml"], HASH),
}
# Suffixes of files whose lines of code end where their values do.
DATA = {".toml", ".yaml"}


def may_be_long(line, comment, suffix):
    """A URL and a row of a table can't be wrapped. A text in code is what a user sees."""
    if "://" in line or (comment and comment[1].startswith("|")):
        return True
    return not comment and (suffix in DATA or '"' in line or line.endswith("\\"))


def main(target):
    files = subprocess.run(["git", "ls-files"], check=True, capture_output=True, text=True).stdout
    failed = False
    for name in files.splitlines():
        path = Path(name)
        suffix = path.suffix
        pattern = COMMENTS.get(suffix)
        if pattern is None or SKIPPED.match(name) or path.is_symlink() or not path.exists():
            continue
        lines = path.read_text(encoding="utf-8").split("\n")
        if suffix == "" and not lines[0].startswith("#!"):
            continue
        comments = [pattern.fullmatch(line) for line in lines]
        for number, (line, comment) in enumerate(zip(lines, comments), 1):
            is_long = suffix != ".md" and len(line) > COLUMNS
            if is_long and not may_be_long(line, comment, suffix):
                print(f"{name}:{number}: {len(line)} columns, more than {COLUMNS}")
                failed = True
        copy = target / (name if suffix == ".md" else f"{name}.md")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(
            "\n".join(comment[1] if comment else "" for comment in comments), encoding="utf-8"
        )
    return failed


sys.exit(main(Path(sys.argv[1])))
