"""The Dockerfile module alone: 10,000 instructions, in a program that holds only that module; processor time."""
import pathlib
import statistics
import subprocess

TOP = pathlib.Path(__file__).resolve().parent.parent.parent


def measure(scratch, runs=5):
    """Prints the median and the range in milliseconds; see README.md."""
    program = pathlib.Path(scratch) / "parse"
    sources = [*sorted((TOP / "Sources/Dockerfile").rglob("*.swift")), TOP / "Benchmarks/ParseBenchmark.swift"]
    command = ["swiftc", "-O", "-whole-module-optimization", "-parse-as-library", "-swift-version", "6"]
    subprocess.run([*command, "-module-name", "ParseBenchmark", *sources, "-o", program], check=True)
    times = [
        float(subprocess.run([program], stdout=subprocess.PIPE, check=True, text=True).stdout) * 1000 for _ in range(runs)
    ]
    print(f"parse 10,000 instructions: {statistics.median(times):.0f} ms ({min(times):.0f} to {max(times):.0f})", flush=True)
