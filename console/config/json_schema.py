"""The config file as a JSON Schema (draft 2020-12), for editors that check YAML while one writes.

It is made from the tables that the loader reads with, and says less than they do: what passes here may still be refused
by `bluegreen config check`, never the other way round, except for `<<` merge keys, which an editor must resolve.
"""

from __future__ import annotations

from typing import Any

from console.config.schema import FILE

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The schema of a whole file."""
    return {"$schema": DRAFT, "title": "The config file of bluegreen", **FILE.json()}
