"""Images as they lie in archives and layouts: the tree of files that their layers make, and what is in it.

Reads the bytes itself rather than ask slipway, so that the numbers do not come from the program they are about.
"""
import gzip
import hashlib
import json
import os
import pathlib
import re
import tarfile

SHELLS = {"sh", "bash", "dash", "ash", "busybox", "zsh", "ksh", "mksh", "fish", "csh", "tcsh"}
COMPILERS = {
    "gcc", "g++", "cc", "c++", "cpp", "cc1", "cc1plus", "clang", "clang++", "tcc", "as", "ld", "ld.bfd", "ld.gold", "lld",
    "go", "rustc", "javac", "jlink", "swiftc", "swift-frontend", "tsc", "esbuild", "gfortran", "ghc", "ocamlopt",
}
MANAGERS = {
    "apt": "apt", "apt-get": "apt", "aptitude": "apt", "dpkg": "dpkg", "apk": "apk", "rpm": "rpm", "dnf": "dnf",
    "microdnf": "dnf", "yum": "dnf", "zypper": "zypper", "pip": "pip", "pip3": "pip", "pipx": "pip", "conda": "conda",
    "npm": "npm", "npx": "npm", "yarn": "yarn", "pnpm": "pnpm", "corepack": "corepack", "mvn": "mvn", "gradle": "gradle",
    "composer": "composer", "cargo": "cargo", "gem": "gem", "bundle": "gem",
}
TRIPLE = re.compile(r"^(?:[a-z0-9_]+-linux-(?:gnu|musl)[a-z]*-)?(.+?)(?:-\d+(?:\.\d+)*)?$")
LIBRARY = re.compile(r"\.so(?:\.|$)")


class Entry:
    """One file, directory or other thing of an image."""

    def __init__(self, member, digest, head):
        self.type = "file" if member.isreg() else "directory" if member.isdir() else "link" if member.issym() else "device"
        if member.isfifo():
            self.type = "fifo"
        self.mode, self.uid, self.gid = member.mode & 0o7777, member.uid, member.gid
        self.size = member.size if member.isreg() else 0
        self.target = member.linkname if member.issym() else ""
        self.device = (member.devmajor, member.devminor) if self.type == "device" else None
        self.attributes = {
            name: value for name, value in member.pax_headers.items() if name.startswith("SCHILY.xattr.")
        }
        self.digest, self.head = digest, head
        self.counted = True  # once for all hard links of a file

    def facts(self):
        """All that is compared between two builds; times are not."""
        return {
            "type": self.type, "mode": f"{self.mode:o}", "owner": f"{self.uid}:{self.gid}", "size": self.size,
            "target": self.target, "device": self.device, "attributes": self.attributes, "digest": self.digest,
        }


def remove(tree, path, itself):
    for name in [name for name in tree if name.startswith(path + "/") or (itself and name == path)]:
        del tree[name]


def read(contents, member, hashed):
    file = contents.extractfile(member)
    head = file.read(4)
    if not hashed:
        return None, head
    digest = hashlib.sha256(head)
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest(), head


def apply(tree, contents, hashed):
    """Applies a layer (OCI image specification, layer.md)."""
    added, hidden, opaque = {}, [], []
    for member in contents:
        path = os.path.normpath("/" + member.name)
        directory, name = os.path.split(path)
        if name == ".wh..wh..opq":
            opaque.append(directory)
        elif name.startswith(".wh."):
            hidden.append(os.path.join(directory, name[4:]))
        elif member.islnk():
            target = added[os.path.normpath("/" + member.linkname)]
            added[path] = Entry.__new__(Entry)
            added[path].__dict__.update(target.__dict__, counted=False)
        elif path != "/":
            digest, head = read(contents, member, hashed) if member.isreg() else (None, b"")
            added[path] = Entry(member, digest, head)
    for path in opaque:
        remove(tree, path, itself=False)
    for path in hidden:
        remove(tree, path, itself=True)
    for path, entry in added.items():
        if entry.type != "directory" and path in tree and tree[path].type == "directory":
            remove(tree, path, itself=False)
    tree.update(added)


class Image:
    """An image of one platform: its configuration, its tree of files, the sizes of its layers."""

    def __init__(self, path, hashed=False):
        self.tree, self.layers = {}, []
        path = pathlib.Path(path)
        self.archive = None if path.is_dir() else tarfile.open(path)
        self.place = path
        try:
            self.load(hashed)
        finally:
            if self.archive:
                self.archive.close()

    def open(self, name):
        if self.archive:
            return self.archive.extractfile(self.archive.getmember(name))
        return open(self.place / name, "rb")

    def blob(self, descriptor):
        return self.open("blobs/" + descriptor["digest"].replace(":", "/"))

    def document(self, descriptor):
        with self.blob(descriptor) as file:
            return json.load(file)

    def load(self, hashed):
        with self.open("index.json") as file:
            manifests = json.load(file)["manifests"]
        document = self.document(manifests[0])
        while "manifests" in document:  # an index of platforms; what says "unknown" is an attestation
            document = self.document(
                next(m for m in document["manifests"] if m.get("platform", {}).get("os") != "unknown"))
        self.configuration = self.document(document["config"])
        for layer in document["layers"]:
            self.layers.append(layer["size"])
            with self.blob(layer) as packed:
                # tarfile's own gzip stream ends after the first member of a gzip file; GzipFile reads them all.
                compressed = packed.read(2) == b"\x1f\x8b"
                packed.seek(0)
                plain = gzip.GzipFile(fileobj=packed) if compressed else packed
                with tarfile.open(fileobj=plain, mode="r|") as contents:
                    apply(self.tree, contents, hashed)

    # What is told of it

    @property
    def settings(self):
        return self.configuration.get("config") or {}

    @property
    def user(self):
        return self.settings.get("User") or "root"

    def resolve(self, path):
        """The entry that a path leads to, through links; None where it leads nowhere."""
        waiting, walked, links = path.strip("/").split("/"), "/", 0
        while waiting:
            step = os.path.normpath(os.path.join(walked, waiting.pop(0)))
            entry = self.tree.get(step)
            if entry is None and step != "/":
                return None
            if entry is not None and entry.type == "link":
                links += 1
                if links > 40:
                    return None
                target = os.path.normpath(os.path.join(walked, entry.target))
                waiting, walked = target.strip("/").split("/") + waiting, "/"
            else:
                walked = step
        return self.tree.get(walked)

    def programs(self):
        """(path, entry) of what can be executed: binaries and scripts, not libraries; by links as well."""
        for path, entry in self.tree.items():
            program = self.resolve(path) if entry.type == "link" else entry
            if program is None or program.type != "file" or not program.mode & 0o111 or LIBRARY.search(path):
                continue
            if program.head == b"\x7fELF" or program.head[:2] == b"#!":
                yield path, entry

    def facts(self):
        """The numbers of the table."""
        executables, shells, compilers, managers = 0, set(), set(), set()
        for path, entry in self.programs():
            name = os.path.basename(path)
            executables += entry.type == "file" and entry.counted
            if name in SHELLS:
                shells.add(name)
            plain = TRIPLE.match(name)[1]
            if plain in COMPILERS or name in COMPILERS:
                compilers.add(plain if plain in COMPILERS else name)
            if plain in MANAGERS:
                managers.add(MANAGERS[plain])
        files = [entry for entry in self.tree.values() if entry.type != "directory"]
        return {
            "size": sum(entry.size for entry in files if entry.counted),
            "compressed": sum(self.layers),
            "layers": len(self.layers),
            "files": len(files),
            "executables": executables,
            "shells": sorted(shells),
            "compilers": sorted(compilers),
            "packageManagers": sorted(managers),
            "user": self.user,
        }
