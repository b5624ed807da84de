"""Makes the fonts of a review's PDF: Noto Sans for Japanese and Chinese from npm, checked and listed with their hashes.

    python -m tools.vendor_fonts         fetch all anew and write review/fonts with its manifest

It needs npm, and from PyPI fonttools and brotli, which nothing else here does: pip install fonttools brotli.
The regular face holds all letters that the package has, the bold one those of the fixed sentences alone, so that both
together stay small; a bold letter that is missing is drawn in the regular face. Nobody who uses or tests Searoom needs
this tool: what it made is in the tree, and a test holds it against the manifest.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tools.vendor_js import fetched, write_manifest

SOURCE: Final = Path(__file__).resolve().parent.parent / "src/searoom"
FONTS: Final = SOURCE / "review/fonts"
SENTENCES: Final = (SOURCE / "review/texts.toml", *sorted((SOURCE / "obligations/data/agreements").glob("*.toml")))
LATIN: Final = "".join(map(chr, range(0x20, 0x180))) + "–—‘’“”…′″±×°·•"
FACES: Final = {
    "jp": ("@fontsource/noto-sans-jp@5.3.0", "noto-sans-jp-japanese"),
    "sc": ("@fontsource/noto-sans-sc@5.3.0", "noto-sans-sc-chinese-simplified"),
}
CUTS: Final = (
    "--no-hinting",
    "--layout-features=kern,locl",
    "--drop-tables+=vhea,vmtx,VORG,BASE,STAT",
    "--notdef-outline",
)


def main() -> int:
    """Fetch the packages, make the faces, and write the manifest; return the exit code."""
    shutil.rmtree(FONTS, ignore_errors=True)
    FONTS.mkdir()
    rows: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as work:
        for name, (package, stem) in FACES.items():
            unpacked = fetched(package, Path(work))
            for weight, wanted in (("400", "--unicodes=*"), ("700", f"--text={fixed()}")):
                place = f"noto-sans-{name}-{weight}.ttf"
                _cut(unpacked / f"files/{stem}-{weight}-normal.woff2", Path(work) / "whole.ttf", FONTS / place, wanted)
                rows[place] = {"from": package, "licence": "OFL-1.1"}
            licence = f"LICENSE-noto-sans-{name}"
            shutil.copyfile(unpacked / "LICENSE", FONTS / licence)
            rows[licence] = {"from": package, "licence": "OFL-1.1"}
    write_manifest(FONTS, rows)
    return 0


def fixed() -> str:
    """Return every letter of the fixed sentences that a review prints, and Latin ones."""
    letters = {letter for file in SENTENCES for letter in file.read_text(encoding="utf-8")}
    return "".join(sorted({*LATIN, *re.sub(r"[\x00-\x1f]", "", "".join(letters))}))


def _cut(packed: Path, whole: Path, face: Path, wanted: str) -> None:
    """Unpack a WOFF2 file, and write a TrueType file with the letters that are wanted."""
    python = [sys.executable, "-m"]
    subprocess.run([*python, "fontTools.ttLib.woff2", "decompress", "-o", whole, packed], check=True)
    subprocess.run([*python, "fontTools.subset", whole, wanted, *CUTS, f"--output-file={face}"], check=True)


if __name__ == "__main__":
    sys.exit(main())
