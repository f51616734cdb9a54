#!/usr/bin/env python3
"""Writes documented.jsonl: what the sandbox needs of each URL and method that Zoho documents.

    cliq-sandbox/data/documented.py tests/declared > cliq-sandbox/data/documented.jsonl

The folder has the facts of the published documents, in `v2` and `v3`. Needs PyYAML.

A line has the operation, scopes (alternatives, of which each may need several), limits, lock, names
of query parameters, and the answer: its status and the published example. If there is none, the
example is made from the schema of the answer. Several documented operations of one URL share a
line.
"""

import json
import re
import sys
from pathlib import Path

import yaml

PLACEHOLDER = {"Response Code": "204 No response"}
TIME = "2026-05-29T04:27:40-07:00"
MILLIS = 1780054060000
# The values of strings in answers that have no example, by the end of the member's name.
STRINGS = [
    ("email_id", "ryan.west@zylker.com"),
    ("chat_id", "CT_1424569695482328362_631836344"),
    ("channel_id", "P1974166000016769023"),
    ("message_id", "1780052699342_51531973059"),
    ("msguid", "1780052699342_51531973059"),
    ("unique_name", "engineering"),
    ("first_name", "Ryan"),
    ("last_name", "West"),
    ("name", "Ryan West"),
    ("title", "Engineering"),
    ("url", "https://cliq.zoho.com/api/v3"),
    ("timezone", "Asia/Kolkata"),
    ("language", "en"),
    ("country", "us"),
    ("status", "active"),
    ("time", TIME),
    ("token", "NTB8MTc3NzM0MjEyNzQ3OHw1MzcxOTAwMDAwMTg3ODAxMQ=="),
    ("text", "See you at the standup!"),
    ("count", "3"),
    ("role", "member"),
    ("id", "855727961"),
]


def made(schema, name=""):
    """An example of the schema."""
    if "enum" in schema:
        return schema["enum"][0]
    for key in ("oneOf", "anyOf", "allOf"):
        if key in schema:
            return made(schema[key][0], name)
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        members = {key: made(value, key) for key, value in schema.get("properties", {}).items()}
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict) and extra:
            members["855727961"] = made(extra, name)
        return members
    if kind == "array":
        return [made(schema.get("items", {}), name)]
    if kind == "integer":
        return MILLIS if name.endswith("time") else 1
    if kind == "number":
        return 1.5
    if kind == "boolean":
        return False
    if schema.get("pattern", "").startswith("^\\d+:"):
        return "855727961:1780052699342:Ryan West"
    if schema.get("format") == "date-time":
        return TIME
    if schema.get("format") == "uri":
        return "https://cliq.zoho.com/images/1"
    return next((value for end, value in STRINGS if name.endswith(end)), "text")


def is_placeholder(value):
    return not isinstance(value, (dict, list)) or "Response Code" in value or value == {}


def answers(operation):
    """The statuses of success, each with its examples."""
    for status, answer in (operation.get("answers") or {}).items():
        if not status.startswith("2"):
            continue
        content = ((answer or {}).get("content") or {}).get("application/json")
        if status == "204" or content is None:
            yield (204, None) if status == "204" else (int(status), PLACEHOLDER)
            continue
        examples = content.get("examples") or [made(content.get("schema") or {})]
        for example in examples:
            yield int(status), PLACEHOLDER if is_placeholder(example) else example


def rank(answer):
    """What there is to see comes first."""
    status, example = answer
    return (example is None or example == PLACEHOLDER, status != 200)


def full(scope):
    """18 of the documented scopes lack the service."""
    return (
        scope if scope.startswith(("ZohoCliq.", "ZohoPeople.", "Profile.")) else f"ZohoCliq.{scope}"
    )


def main(facts):
    lines = {}
    for file in sorted(facts.glob("v[23]/*.yaml")):
        document = yaml.safe_load(file.read_text())
        base = "/" + (document["server"] or "").split("/", 3)[3]
        for operation in document["operations"]:
            method, path = operation["operation"].split(" ", 1)
            path = path.split("?")[0]
            shape = f"{method} {base}{re.sub('{[^}]*}', '<>', path)}"
            placeholders = "".join(
                f"<{part[1:-1]}>" if part.startswith("{") else part
                for part in re.split("({[^}]*})", path)
            )
            line = lines.setdefault(
                shape,
                {
                    "operation": f"{method} {base}{placeholders}",
                    "scopes": [],
                    "limits": [],
                    "lock": None,
                    "query": [],
                },
            )
            security = [
                [full(scope) for scope in scopes] for scopes in operation.get("security") or []
            ]
            line["scopes"] += [scopes for scopes in security if scopes not in line["scopes"]]
            limits = [
                operation.get("limit"),
                *(operation.get("limit_by_value_of_operation") or {}).values(),
            ]
            for limit in limits:
                if isinstance(limit, dict):
                    limit = limit.get("limit")
                if limit and limit not in line["limits"]:
                    line["limits"].append(limit)
            locks = [lock for lock in (line["lock"], operation.get("lock")) if lock]
            line["lock"] = max(locks, key=seconds, default=None)
            for parameter in operation.get("parameters") or []:
                if parameter["in"] == "query" and parameter["name"] not in line["query"]:
                    line["query"].append(parameter["name"])
            line.setdefault("answers", []).extend(answers(operation))
    for line in lines.values():
        # The one answer that isn't JSON.
        if line["operation"] == "GET /api/v2/files/<FILE_ID>":
            line["binary"] = True
        line["status"], line["example"] = min(line.pop("answers") or [(200, PLACEHOLDER)], key=rank)
        print(
            json.dumps(
                {key: value for key, value in line.items() if value not in (None, [])},
                ensure_ascii=False,
            )
        )


def seconds(time):
    return int(time[:-1]) * {"s": 1, "m": 60, "h": 3600}[time[-1]]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
