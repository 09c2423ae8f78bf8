"""One recipe from its first build to the numbers of its rows, and what is promised of them."""
import os
import shutil

from . import running
from .builder import layouts
from .image import Image
from .recipe import RecipeError


class Promises:
    """What was promised, kept or broken."""

    def __init__(self, say):
        self.say, self.broken = say, []

    def check(self, kept, text):
        self.say(f"  {'kept   ' if kept else 'BROKEN '} {text}")
        if not kept:
            self.broken.append(text)


class Judge:
    """Measures the forms of a recipe."""

    def __init__(self, recipe, builder, say):
        self.recipe, self.builder, self.say = recipe, builder, say
        self.promises = Promises(say)
        self.context = builder.work / "context" / recipe.name
        self.contexts = builder.contexts(recipe.bases)
        self.managers = {}

    def copy_context(self):
        shutil.rmtree(self.context.parent, ignore_errors=True)
        self.context.parent.mkdir(parents=True)
        leave_out = shutil.ignore_patterns(".git", ".build", *self.recipe.ignore)
        shutil.copytree(self.recipe.context, self.context, symlinks=True, ignore=leave_out)
        if self.recipe.context != self.recipe.directory:
            for name in {form.dockerfile for form in self.recipe.all_forms}:
                own = self.recipe.directory / name
                if own.exists():
                    shutil.copy2(own, self.context / name)
                elif not (self.context / name).exists():
                    raise RecipeError(f"{self.recipe.name}: no {name} in {self.recipe.directory} or {self.recipe.context}")

    def measure(self):
        """The rows of this recipe."""
        self.copy_context()
        rows = []
        for form in self.recipe.all_forms:
            self.say(f"==> {self.recipe.name}: {form.id}")
            rows.append(self.measure_form(form))
        single = rows[0]
        for form, row in zip(self.recipe.forms, rows[1:]):
            self.judge(form, row, single)
        return rows

    def measure_form(self, form):
        tag = f"{self.recipe.name}:{form.id}"
        if form.times:
            self.builder.empty()
        cold, first = self.builder.build(form, self.context, self.contexts, tag)
        running.ask(self.builder, tag, form.check)
        self.say(f"  kept    it runs and answers {form.check['expect']!r}")
        archive = self.builder.save(tag)
        image = Image(archive)
        archive.unlink()
        row = {"id": form.id, "title": form.title, **image.facts(), "packages": self.builder.packages(tag)}
        for path in form.holds:
            self.promises.check(image.resolve(path) is not None, f"{tag}: it holds {path}")
        if self.separates(form):
            self.promises.check(bool(first.named(form.dependency_steps)), f"{tag}: it has steps for dependencies")
        # A form without times is built after another one in the same store, where the edited stages are there already.
        if form.times:
            again, _ = self.builder.build(form, self.context, self.contexts, tag)
            row |= {"cold": round(cold, 2), "again": round(again, 2)}
        if form.times is True:
            row["sourceEdit"] = round(self.after_source_edit(form, tag), 2)
            row["manifestEdit"] = round(self.after_manifest_edit(form, tag), 2)
        self.say(f"  {row['size'] / 1e6:.1f} MB, {row['files']} files" + (f", {cold:.1f} s" if form.times else ""))
        return row

    def separates(self, form):
        """Whether it has steps for dependencies apart from others; a form whose list is empty does not say so."""
        return form is not self.recipe.single and bool(form.dependency_steps)

    def edited(self, edit, form, tag):
        """Builds with an edit, which is then undone, times and all."""
        saved = {}
        for name in edit.files():
            kept = self.builder.work / f"before-{len(saved)}"
            shutil.copy2(self.context / name, kept)
            saved[name] = kept
        try:
            edit.apply(self.context)
            result = self.builder.build(form, self.context, self.contexts, f"{tag}-edited")
            if edit.answer:
                running.ask(self.builder, f"{tag}-edited", {**form.check, **edit.answer})
            return result
        finally:
            for name, kept in saved.items():
                os.replace(kept, self.context / name)

    def after_source_edit(self, form, tag):
        seconds, progress = self.edited(self.recipe.source_edit, form, tag)
        if self.separates(form):
            again = [step.name for step in progress.named(form.dependency_steps) if step.executed]
            again += progress.output_with(self.recipe.dependency_output)
            self.promises.check(not again, f"{tag}: an edited source file runs no dependency step again {again or ''}".rstrip())
        ran = [step.name for step in progress.steps if step.executed]
        self.promises.check(bool(ran), f"{tag}: an edited source file does run something")
        return seconds

    def after_manifest_edit(self, form, tag):
        seconds, progress = self.edited(self.recipe.manifest_edit, form, tag)
        if self.separates(form):
            again = [step.name for step in progress.named(form.dependency_steps) if step.executed]
            self.promises.check(bool(again), f"{tag}: an edited dependency manifest runs a dependency step again")
        return seconds

    def base_managers(self, name, bases):
        """The package managers that a base has."""
        if name is None:
            return set()
        if name not in bases:
            raise RecipeError(f"{self.recipe.name}: bases does not name {name!r}, which an image starts from")
        if name not in self.managers:
            self.managers[name] = set(Image(bases[name]).facts()["packageManagers"])
        return self.managers[name]

    def judge(self, form, row, single):
        tag, promise = f"{self.recipe.name}:{form.id}", self.promises.check
        base = self.builder.runtime_base(form, self.context)
        bases = layouts([*self.contexts, *form.flags])
        row["base"] = base or "scratch"
        if form.larger:
            self.say(f"  larger than single-stage is allowed: {form.larger}")
        else:
            promise(row["size"] < single["size"], f"{tag}: smaller than single-stage ({single['size'] / row['size']:.1f} times)")
        promise(not row["compilers"], f"{tag}: no compiler {row['compilers'] or ''}".rstrip())
        added = set(row["packageManagers"]) - self.base_managers(base, bases)
        promise(not added, f"{tag}: no package manager that {row['base']} has not {sorted(added) or ''}".rstrip())
        if form.package_manager is False:
            promise(not row["packageManagers"], f"{tag}: no package manager at all {row['packageManagers'] or ''}".rstrip())
        if form.shell is False:
            promise(not row["shells"], f"{tag}: no shell {row['shells'] or ''}".rstrip())
        if form.user is not None:
            promise(row["user"] == str(form.user), f"{tag}: runs as {form.user} (it is {row['user']})")
