"""What a stack's recipe.json says; see examples/README.md for its form."""
import json
import pathlib


class RecipeError(Exception):
    """A recipe that cannot be used: what is wrong, and in which file."""


REQUIRED = ("name", "title", "single", "forms", "bases", "check", "sourceEdit", "manifestEdit", "dependencySteps")
OPTIONAL = ("context", "flags", "dependencyOutput", "differs", "ignore")
FORM = (
    "id", "title", "dockerfile", "target", "script", "user", "shell", "packageManager", "check", "dependencySteps",
    "flags", "times", "larger", "holds",
)
CHECK = ("port", "path", "args", "expect", "env", "command", "runFlags", "input")
EDIT = ("file", "old", "new", "expect", "check")


class Edit:
    """Texts of files that are replaced by others."""

    def __init__(self, changes, where):
        self.changes = changes if isinstance(changes, list) else [changes]
        self.answer = {}  # what is different in the check afterwards
        for change in self.changes:
            known(change, EDIT, ("file", "old", "new"), where)
            known(change.get("check", {}), CHECK, (), where)
            self.answer |= change.get("check", {})
            if "expect" in change:
                self.answer["expect"] = change["expect"]

    def files(self):
        return [change["file"] for change in self.changes]

    def apply(self, context):
        for change in self.changes:
            path = context / change["file"]
            text = path.read_text()
            if change["old"] not in text:
                raise RecipeError(f"{path}: the text that an edit replaces is not there: {change['old']!r}")
            path.write_text(text.replace(change["old"], change["new"], 1))


class Form:
    """One way to build the image: the single-stage one or one of those that the tutorials recommend."""

    def __init__(self, values, recipe, where):
        known(values, FORM, ("dockerfile",), where)
        self.id = values.get("id", "single")
        self.title = values.get("title", self.id)
        self.dockerfile = values["dockerfile"]
        self.target = values.get("target")
        self.script = values.get("script")
        self.user = values.get("user")
        self.shell = values.get("shell")
        self.package_manager = values.get("packageManager")
        self.check = values.get("check", recipe["check"])
        known(self.check, CHECK, ("expect",), where)
        if "port" not in self.check and "args" not in self.check:
            raise RecipeError(f"{where}: a check needs a port to ask or args to run with")
        self.dependency_steps = values.get("dependencySteps", recipe["dependencySteps"])
        self.flags = recipe.get("flags", []) + values.get("flags", [])
        # Whether it is built from an empty store and after edits; "cold" leaves out the edits, false both.
        self.times = values.get("times", True)
        if self.times not in (True, False, "cold"):
            raise RecipeError(f"{where}: times is true, false or \"cold\"")
        self.holds = values.get("holds", [])
        # Why this form need not be smaller than the single-stage one; a step of a story may be on the way only.
        self.larger = values.get("larger")


class Recipe:
    """A stack: an application, its Dockerfiles and what is promised of the images."""

    def __init__(self, path):
        self.directory = path.parent
        try:
            values = json.loads(path.read_text())
        except ValueError as error:
            raise RecipeError(f"{path}: not JSON: {error}") from error
        known(values, REQUIRED + OPTIONAL, REQUIRED, str(path))
        self.name = values["name"]
        if self.name != self.directory.name:
            raise RecipeError(f"{path}: the name {self.name!r} is not that of the directory")
        self.title = values["title"]
        self.context = (self.directory / values.get("context", ".")).resolve()
        self.ignore = values.get("ignore", [])
        self.bases = values["bases"]
        self.source_edit = Edit(values["sourceEdit"], f"{path}: sourceEdit")
        self.manifest_edit = Edit(values["manifestEdit"], f"{path}: manifestEdit")
        self.dependency_output = values.get("dependencyOutput", [])
        self.differs = values.get("differs", [])
        for entry in self.differs:
            known(entry, ("path", "why"), ("path", "why"), f"{path}: differs")
        self.single = Form(values["single"], values, f"{path}: single")
        self.forms = [Form(form, values, f"{path}: forms") for form in values["forms"]]
        if not self.forms:
            raise RecipeError(f"{path}: forms is empty")

    @property
    def all_forms(self):
        return [self.single, *self.forms]


def known(values, allowed, required, where):
    """A misspelt key would be a promise that nobody checks."""
    unknown = sorted(set(values) - set(allowed))
    if unknown:
        raise RecipeError(f"{where}: unknown {', '.join(unknown)}; there are {', '.join(allowed)}")
    missing = sorted(set(required) - set(values))
    if missing:
        raise RecipeError(f"{where}: {', '.join(missing)} is missing")


def recipes(examples):
    """All recipes, by name."""
    found = [Recipe(path) for path in sorted(pathlib.Path(examples).glob("*/recipe.json"))]
    return {recipe.name: recipe for recipe in found}
