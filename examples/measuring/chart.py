"""examples/sizes.svg: the sizes of the images as bars; readable on light and on dark pages."""
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, BAR, GAP, GROUP, TOP = 860, 250, 110, 15, 4, 16, 70

STYLE = """
.sizes .page{fill:#ffffff}
.sizes text{font:12px Helvetica,Arial,"DejaVu Sans",sans-serif;fill:#1f2328}
.sizes .headline{font-size:14px;font-weight:bold}
.sizes .stack{font-weight:bold}
.sizes .note{fill:#59636e}
.sizes .single{fill:#818b98}
.sizes .form{fill:#1a7f37}
@media (prefers-color-scheme:dark){
.sizes .page{fill:#0d1117}
.sizes text{fill:#f0f6fc}
.sizes .note{fill:#9198a1}
.sizes .single{fill:#6e7681}
.sizes .form{fill:#3fb950}
}
"""


def size(value):
    return f"{value / 1e6:.0f} MB" if value >= 99.5e6 else f"{value / 1e6:.1f} MB"


def write(results, path):
    groups = results["recipes"].values()
    largest = max((row["size"] for group in groups for row in group["rows"]), default=1)
    scale = (WIDTH - LEFT - RIGHT) / largest
    body, y = [], TOP
    for group in groups:
        single = group["rows"][0]["size"]
        for place, row in enumerate(group["rows"]):
            middle = y + BAR - 3.5
            if place == 0:
                body.append(f'<text class="stack" x="16" y="{middle}">{escape(group["title"])}</text>')
            body.append(f'<text x="{LEFT - 8}" y="{middle}" text-anchor="end">{escape(row["title"])}</text>')
            width = max(1, row["size"] * scale)
            kind = "single" if place == 0 else "form"
            body.append(f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2"/>')
            text = escape(size(row["size"]))
            if place > 0 and row["size"] < single:
                text += f' <tspan class="note">1/{single / row["size"]:.0f}</tspan>' if single / row["size"] >= 1.5 else ""
            body.append(f'<text x="{LEFT + width + 6:.1f}" y="{middle}">{text}</text>')
            y += BAR + GAP
        y += GROUP
    title = "Bytes of the files in each image"
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sizes" role="img" width="{WIDTH}" height="{y}" viewBox="0 0 {WIDTH} {y}">\n'
        f"<title>{title}: single-stage in grey, multi-stage in green</title>\n<style>{STYLE}</style>\n"
        f'<rect class="page" width="{WIDTH}" height="{y}" rx="8"/>\n'
        f'<text class="headline" x="16" y="28">{title}</text>\n'
        f'<text class="note" x="16" y="48">grey: single-stage · green: multi-stage, with the part of the single-stage one'
        f" that it is</text>\n" + "\n".join(body) + "\n</svg>\n")
