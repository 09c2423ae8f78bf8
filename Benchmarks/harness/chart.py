"""SVG drawings of the figures, readable on a light and on a dark page."""
import math
from xml.sax.saxutils import escape

WIDTH = 860
COLORS = {  # on a light page, on a dark one
    "slipway": ("#0969da", "#4493f8"),
    "docker": ("#8c959f", "#848d97"),
    "buildah": ("#bf8700", "#d29922"),
    "buildkit": ("#8250df", "#ab7df8"),
    "any": ("#59636e", "#9198a1"),
}


def colors(dark):
    return "\n".join(
        f"  .{name} {{ fill: {pair[dark]}; }} path.{name} {{ fill: none; stroke: {pair[dark]}; }}" for name, pair in COLORS.items()
    )


STYLE = f"""\
  text {{ font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328; }}
  .head {{ font-weight: 600; }} .note {{ fill: #59636e; font-size: 12px; }} .end {{ text-anchor: end; }}
  .middle {{ text-anchor: middle; }} .page {{ fill: #ffffff; }} .grid {{ stroke: #d1d9e0; }}
  .linear {{ stroke: #818b98; stroke-dasharray: 1 4; }} .line {{ stroke-width: 2; }} .unchanged {{ stroke-dasharray: 6 4; }}
{colors(0)}
  @media (prefers-color-scheme: dark) {{
  text {{ fill: #f0f6fc; }} .note {{ fill: #9198a1; }} .page {{ fill: #0d1117; }} .grid {{ stroke: #3d444d; }}
{colors(1)}
  }}
"""


def document(height, title, body):
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="{escape(title)}">\n<style>\n{STYLE}</style>\n'
        f'<rect class="page" width="{WIDTH}" height="{height}"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def text(x, y, words, kind=""):
    return f'<text x="{x:.1f}" y="{y:.1f}"' + (f' class="{kind}"' if kind else "") + f">{escape(words)}</text>"


def bars(title, groups):
    """Horizontal bars. groups: (heading, remark at its right, [(peer, value, label)]); each group has its own scale."""
    left, longest, height, y = 84, WIDTH - 84 - 110, 15, 50
    body = [text(16, 24, title, "head")]
    for heading, remark, values in groups:
        body.append(text(16, y + 10, heading))
        body.append(text(WIDTH - 16, y + 10, remark, "note end"))
        y += 20
        largest = max(value for _, value, _ in values)
        for peer, value, label in values:
            length = max(1.5, longest * value / largest)
            body.append(text(left - 8, y + 12, peer, "note end"))
            body.append(f'<rect class="bar {peer}" x="{left}" y="{y + 1}" width="{length:.1f}" height="{height - 2}" rx="2"/>')
            body.append(text(left + length + 6, y + 12, label, "note"))
            y += height + 2
        y += 16
    return document(y, title, body)


def power_label(power):
    """A power of ten of seconds, or a count."""
    return f"{10 ** (power + 3)} ms" if power < 0 else f"{10**power} s"


def lines(title, panels):
    """Lines on logarithmic axes, one panel beside the other. panels: (title, axis, [(peer, kind, [(size, seconds)])])."""
    values = [seconds for _, _, series in panels for _, _, points in series for _, seconds in points]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    top, bottom, left, gap = 96, 336, 62, 24
    width = (WIDTH - left - 16 - gap * (len(panels) - 1)) / len(panels)
    body = [text(16, 24, title, "head")]
    peers = list(dict.fromkeys(peer for _, _, series in panels for peer, _, _ in series))
    x = 16
    for peer in peers:
        body.append(f'<path class="line {peer}" d="M{x} 46h28"/>')
        body.append(text(x + 36, 50, peer, "note"))
        x += 36 + 7 * len(peer) + 22
    for words, kind in (("cold", ""), ("nothing changed", "unchanged")):
        body.append(f'<path class="line any {kind}" d="M{x} 46h28"/>')
        body.append(text(x + 36, 50, words, "note"))
        x += 36 + 7 * len(words) + 18
    body.append(f'<path class="linear" d="M{x} 46h28"/>')
    body.append(text(x + 36, 50, "linear growth", "note"))

    def height(seconds):
        return bottom - (math.log10(seconds) - low) / (high - low) * (bottom - top)

    for number, (heading, axis, series) in enumerate(panels):
        start = left + number * (width + gap)
        sizes = sorted({size for _, _, points in series for size, _ in points})
        first, last = math.log10(sizes[0]), math.log10(sizes[-1])

        def across(size):
            return start + 14 + (math.log10(size) - first) / ((last - first) or 1) * (width - 28)

        body.append(text(start, top - 14, heading))
        for power in range(low, high + 1):
            y = height(10.0**power)
            body.append(f'<path class="grid" d="M{start:.1f} {y:.1f}h{width:.1f}"/>')
            if number == 0:
                body.append(text(left - 8, y + 4, power_label(power), "note end"))
        for size in sizes:
            kind = "note middle"
            body.append(text(across(size), bottom + 20, f"{size:,}", kind))
        body.append(text(start + width / 2, bottom + 40, axis, "note middle"))
        # A guide: what grows linearly is parallel to it.
        rise = 10 ** (last - first)
        base = 10.0**low * 1.5
        reach = min(rise, 10.0**high / base)
        end = start + 14 + math.log10(reach) / ((last - first) or 1) * (width - 28)
        body.append(f'<path class="linear" d="M{start + 14:.1f} {height(base):.1f}L{end:.1f} {height(base * reach):.1f}"/>')
        for peer, kind, points in series:
            path = "L".join(f"{across(size):.1f} {height(seconds):.1f}" for size, seconds in points)
            body.append(f'<path class="line {peer} {kind}" d="M{path}"/>')
            body += [
                f'<circle class="{peer}" cx="{across(size):.1f}" cy="{height(seconds):.1f}" r="3"/>' for size, seconds in points
            ]
    return document(bottom + 56, title, body)
