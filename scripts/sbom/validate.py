"""Judges the two documents of an image: validate.py TOOLS SPDX CYCLONEDX. Runs in the venv that scripts/setup makes."""
import json
import pathlib
import sys

import jsonschema
from referencing import Registry, Resource


def cyclonedx(document):
    import cyclonedx.schema

    # The specification's own schemas, as the package of the same project ships them.
    folder = pathlib.Path(cyclonedx.schema.__file__).parent / "_res"
    names = {"bom-1.6": "bom-1.6.SNAPSHOT", "spdx": "spdx.SNAPSHOT", "jsf-0.82": "jsf-0.82.SNAPSHOT"}
    schemas = {name: json.loads((folder / f"{file}.schema.json").read_text()) for name, file in names.items()}
    registry = Registry()
    for name, schema in schemas.items():
        for place in (schema["$id"], f"http://cyclonedx.org/schema/{name}.schema.json", f"http://cyclonedx.org/schema/{names[name]}.schema.json"):
            registry = registry.with_resource(place, Resource.from_contents(schema))
    errors = list(jsonschema.Draft7Validator(schemas["bom-1.6"], registry=registry).iter_errors(document))
    references = [component["bom-ref"] for component in document["components"]]
    references.append(document["metadata"]["component"]["bom-ref"])
    if len(set(references)) != len(references):
        errors.append("a bom-ref stands twice")
    for dependency in document["dependencies"]:
        errors += [f"{other} is not in it" for other in dependency["dependsOn"] if other not in references]
    return errors


def spdx(document, file, tools):
    from spdx_tools.spdx.parser.parse_anything import parse_file
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    # No package of PyPI or Debian has SPDX's JSON schema (spdx/spdx-spec, schemas/spdx-schema-2-3.json): it judges where somebody
    # has put it beside the tools. What always judges is the SPDX project's own validator, which goes beyond the schema:
    # identifiers, relationships, licence expressions.
    place = tools / "spdx-2.3.schema.json"
    errors = []
    if place.exists():
        errors += jsonschema.Draft7Validator(json.loads(place.read_text())).iter_errors(document)
    return errors + [message.validation_message for message in validate_full_spdx_document(parse_file(file))]


tools, spdx_file, cyclonedx_file = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
found = spdx(json.loads(pathlib.Path(spdx_file).read_text()), spdx_file, tools)
found += cyclonedx(json.loads(pathlib.Path(cyclonedx_file).read_text()))
for error in found[:20]:
    print(getattr(error, "message", error)[:400], list(getattr(error, "absolute_path", [])))
sys.exit(1 if found else 0)
