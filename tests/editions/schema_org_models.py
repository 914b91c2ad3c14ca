"""JSON-LD checked against the schema.org vocabulary: types, properties and what each property may hold.

The models are those of the package schema_org-py, generated from the vocabulary itself; they refuse unknown
properties and values out of range. JSON has no dates: text is read as one where a property takes nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import schema_org
from schema_org.base import SchemaModel


def read_json_ld(content: Mapping[str, Any]) -> SchemaModel:
    """The model of a node, its nested nodes models too. Raises ValidationError, AttributeError (no such type)."""
    model: type[SchemaModel] = getattr(schema_org, content["@type"])
    ranges = {p.schema_name: set(p.ranges) for p in model.SCHEMA_PROPERTIES}
    values = {
        name: _value(value, ranges.get(name, set()))
        for name, value in content.items()
        if name not in ("@context", "@type", "@id")
    }
    return model.model_validate(values)


def _value(value: Any, ranges: set[str]) -> Any:
    if isinstance(value, Mapping):
        return read_json_ld(value)
    if isinstance(value, list):
        return [_value(item, ranges) for item in value]
    return date.fromisoformat(value) if "Date" in ranges and "Text" not in ranges else value
