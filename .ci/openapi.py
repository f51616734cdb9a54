#!/usr/bin/env python3
"""Prints an OpenAPI document of what the sandbox plays, made from the facts of Zoho's documents.

    .ci/openapi.py FACTS DOCUMENT... > openapi.json

FACTS is a folder with `v2` and `v3`; a DOCUMENT is `v3/chats`. Documented operations of one URL
become one, which takes and answers what any of them does. Statuses of errors are left open: the
facts have their codes alone.
"""

import json
import re
import sys
from pathlib import Path

import yaml

# What the facts say wrongly of an answer, with the reason. The answer isn't compared.
WRONG = {
    "GET /api/v2/chats/{}/messages/{}/messages": "a message's content is a text here, and an object in lists of messages",
    "GET /api/v3/chats/{}/pin-messages": "the example of the primary pin breaks the schema of the list",
    "GET /api/v2/files/{}": "the answer is the file",
}


def open_schema(schema):
    """Examples were counted (`minItems`) and told apart (`oneOf`): both say more than Zoho does."""
    if isinstance(schema, list):
        return [open_schema(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    opened = {
        key: open_schema(value)
        for key, value in schema.items()
        if key not in ("minItems", "maxItems", "example")
    }
    if "oneOf" in opened:
        opened["anyOf"] = opened.pop("oneOf")
    return opened


def any_of(schemas):
    distinct = [schema for index, schema in enumerate(schemas) if schema not in schemas[:index]]
    return distinct[0] if len(distinct) == 1 else {"anyOf": distinct}


def main(facts, documents):
    shapes = {}
    for name in documents:
        document = yaml.safe_load((facts / f"{name}.yaml").read_text())
        base = "/" + document["server"].split("/", 3)[3]
        for operation in document["operations"]:
            method, path = operation["operation"].split(" ", 1)
            path = base + path.split("?")[0]
            shape = f"{method} {re.sub('{[^}]*}', '{}', path)}"
            shapes.setdefault(shape, (method, path, []))[2].append(operation)
    paths, names = {}, {}
    for shape, (method, path, operations) in shapes.items():
        # One spelling of the placeholders for all methods of a URL.
        path = names.setdefault(re.sub("{[^}]*}", "{}", path), path)
        parameters = [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": {"type": "string", "minLength": 1},
            }
            for name in re.findall("{([^}]*)}", path)
        ]
        queries = {}
        for operation in operations:
            for parameter in operation.get("parameters") or []:
                if parameter["in"] == "query":
                    queries.setdefault(parameter["name"], []).append(parameter)
        for name, found in queries.items():
            required = len(found) == len(operations) and all(one.get("required") for one in found)
            schema = any_of([one.get("schema") or {} for one in found])
            parameters.append({"name": name, "in": "query", "required": required, "schema": schema})
        entry = {"operationId": re.sub(r"\W+", "_", shape).strip("_"), "parameters": parameters}
        bodies = [
            schema
            for operation in operations
            for schema in ((operation.get("body") or {}).get("content") or {}).values()
        ]
        if bodies:
            required = all(
                (operation.get("body") or {}).get("required") for operation in operations
            )
            entry["requestBody"] = {
                "required": required,
                "content": {"application/json": {"schema": any_of(bodies)}},
            }
        answers = {}
        for operation in operations:
            for status, answer in operation["answers"].items():
                if status.startswith("2"):
                    content = (answer or {}).get("content") or {}
                    schemas = [open_schema(one.get("schema") or {}) for one in content.values()]
                    answers.setdefault(status, []).extend(schemas)
        responses = {
            "default": {"description": "what goes wrong, and what is told by a placeholder"}
        }
        for status, schemas in answers.items():
            responses[status] = {"description": "success"}
            if schemas and status != "204" and shape not in WRONG:
                responses[status]["content"] = {"application/json": {"schema": any_of(schemas)}}
        entry["responses"] = responses
        paths.setdefault(path, {})[method.lower()] = entry
    info = {"title": "What the sandbox plays", "version": "1"}
    print(json.dumps({"openapi": "3.0.3", "info": info, "paths": paths}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
