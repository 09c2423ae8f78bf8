"""What a file of a CI system has run, and in what kind of container: prints JSON.

    ci-steps.py FILE [NAME=VALUE...]

FILE is a workflow of GitHub Actions, a pipeline of GitLab CI or a Kubernetes job. The pairs are what `${{ NAME }}` stands for
in a workflow. The answer has `script`, all commands in their order for `sh -e`, `flags` for docker run, `environment`, and `image`.
"""

import json
import re
import shlex
import sys

import yaml


def github(document, values):
    def expand(text):
        def value(match):
            name = match[1].strip()
            if name not in values:
                sys.exit(f"nobody says what ${{{{ {name} }}}} is")
            return values[name]

        return re.sub(r"\$\{\{(.*?)\}\}", value, str(text))

    script, environment, image, flags = [], {}, None, []
    for job in document["jobs"].values():
        image, flags = job["container"]["image"], shlex.split(job["container"].get("options", ""))
        environment |= {name: expand(text) for name, text in job.get("env", {}).items()}
        for step in job["steps"]:
            if "run" in step:
                exports = [f"export {name}={shlex.quote(expand(text))}" for name, text in step.get("env", {}).items()]
                script.append("\n".join(["(", "set -e", *exports, expand(step["run"]), ")"]))
    return {"script": script, "flags": flags, "environment": environment, "image": image}


def gitlab(document, _):
    default = document["default"]
    jobs = {name: job for name, job in document.items() if isinstance(job, dict) and "script" in job}
    script = []
    for stage in document["stages"]:
        for job in jobs.values():
            if job["stage"] == stage:
                script += job.get("before_script", default["before_script"]) + job["script"]
    return {"script": script, "flags": [], "environment": {}, "image": default["image"]}


def kubernetes(document, _):
    (container,) = document["spec"]["template"]["spec"]["containers"]
    context = container["securityContext"]
    flags = ["--user", f"{context['runAsUser']}:{context['runAsGroup']}"]
    if not context["allowPrivilegeEscalation"]:
        flags += ["--security-opt", "no-new-privileges"]
    if context["seccompProfile"]["type"] == "Unconfined":
        flags += ["--security-opt", "seccomp=unconfined"]
    environment = {one["name"]: one["value"] for one in container["env"]}
    script = [shlex.join(container["command"] + container["args"])]
    return {"script": script, "flags": flags, "environment": environment, "image": container["image"]}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        document = yaml.safe_load(file)
    values = dict(pair.split("=", 1) for pair in sys.argv[2:])
    kind = github if "jobs" in document else kubernetes if document.get("kind") == "Job" else gitlab
    answer = kind(document, values)
    answer["script"] = "set -e\n" + "\n".join(answer["script"]) + "\n"
    json.dump(answer, sys.stdout)


main()
