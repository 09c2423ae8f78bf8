"""examples/README.md: what was measured, as tables."""
import pathlib

HERE = pathlib.Path(__file__).resolve().parent

# The base images of the tutorials, with what each holds; None is the empty image.
BASES = {
    "scratch": "Nothing. For static programs.",
    "gcr.io/distroless/static-debian12:nonroot": "Certificates, time zones, users. No shell, no library. For static programs.",
    "gcr.io/distroless/base-debian12:nonroot": "The same with glibc and OpenSSL. For programs linked with these.",
    "alpine:3.20": "busybox and musl; has a shell. Programs linked with glibc do not run.",
    "debian:bookworm-slim": "Debian without documentation: shell, apt, perl. Runs anything; the most to keep up to date.",
}


def megabytes(size):
    return f"{size / 1e6:.1f} MB"


def seconds(row, key):
    return f"{row[key]:.1f} s" if key in row else ""


def names(values):
    return ", ".join(values) or "none"


def line(*cells):
    return "| " + " | ".join(map(str, cells)) + " |"


def recipe_rows(results):
    yield line("stack", "image", "size", "compressed", "files", "packages", "executables", "shells", "compilers",
               "package managers", "user", "cold", "source edited", "manifest edited")
    yield line(*["---"] * 2, *["---:"] * 5, *["---"] * 4, *["---:"] * 3)
    for name, recipe in results["recipes"].items():
        for place, row in enumerate(recipe["rows"]):
            yield line(
                f"[{recipe['title']}]({name})" if place == 0 else "", row["title"], megabytes(row["size"]),
                megabytes(row["compressed"]), row["files"], row["packages"], row["executables"], names(row["shells"]),
                names(row["compilers"]), names(row["packageManagers"]), row["user"], seconds(row, "cold"),
                seconds(row, "sourceEdit"), seconds(row, "manifestEdit"))


def base_rows(results):
    yield line("base", "size", "compressed", "files", "packages", "executables", "shells", "package managers", "what it is")
    yield line("---", *["---:"] * 5, *["---"] * 3)
    for name, text in BASES.items():
        row = results["bases"].get(name)
        if row:
            yield line(
                f"`{name}`", megabytes(row["size"]), megabytes(row["compressed"]), row["files"], row["packages"],
                row["executables"], names(row["shells"]), names(row["packageManagers"]), text)


def peer_lines(results):
    for name, recipe in results["recipes"].items():
        peer = recipe.get("docker")
        if peer is None:
            continue
        yield f"* **{recipe['title']}** ({peer['version']}): {peer['files']} files compared in {len(peer['forms'])} images, " + (
            "all equal." if not peer["explained"] else "equal but for:")
        for pattern, entry in peer["explained"].items():
            yield f"  * `{pattern}` ({entry['count']}): {entry['why']}"


def write(results, path):
    text = (HERE / "page.md").read_text()
    machine = sorted({recipe["machine"] for recipe in results["recipes"].values()})
    peers = list(peer_lines(results))
    for mark, lines in {
        "recipes": recipe_rows(results),
        "bases": base_rows(results),
        "machine": machine,
        "docker": peers or ["Not compared yet."],
    }.items():
        text = text.replace("{{" + mark + "}}", "\n".join(lines))
    path.write_text(text)
