"""The benchmark harness: see ../README.md for what it measures and ../run for the command line.

measuring  starts a command and says what it cost, with the daemon that worked for it
peers      Slipway, dockerd with BuildKit, buildah, BuildKit: how each is started, asked to build and made to forget
contexts   the files that are built, the same on every machine
scenarios  the work: what is prepared, what is built, what the goal is
growth     how cost grows with files, instructions and layers
report     tables; the generated part of README.md
chart      SVG drawings
"""
