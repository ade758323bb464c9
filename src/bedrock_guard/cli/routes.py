"""`bedrock-guard routes`: where an inference profile sends its requests."""

import difflib
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from bedrock_guard._catalog import Catalog, embedded
from bedrock_guard._identifiers import ModelKind, parse_model_id
from bedrock_guard._profiles import InferenceProfile, from_catalog
from bedrock_guard.cli._output import echo_json, json_option, region_option


@click.command()
@click.argument("model")
@region_option
@json_option
def routes(model: str, region: str | None, *, as_json: bool) -> None:
    """
    Show where MODEL may run when it is called from a Region.

    MODEL is the ID of an inference profile or of a foundation model; without --region all Regions that offer it are
    shown. The catalogue answers, without a network.
    """
    catalog = embedded()
    identifier = parse_model_id(model)
    if identifier.kind is ModelKind.APPLICATION_INFERENCE_PROFILE:
        raise click.UsageError(
            "an application inference profile is known to your account alone: ask GetInferenceProfile"
        )
    rows = _rows(identifier.id, identifier.region or region, catalog)
    if as_json:
        echo_json({"model_id": identifier.id, "as_of": catalog.as_of, "routes": rows})
    else:
        _print(identifier.id, rows, catalog)


def _rows(model_id: str, source_region: str | None, catalog: Catalog) -> list[dict[str, Any]]:
    if model_id in catalog.profiles:
        sources = [source_region] if source_region else sorted(catalog.profiles[model_id].routes)
        rows = [_profile_row(profile) for source in sources if (profile := from_catalog(model_id, source, catalog))]
    elif model_id in catalog.models:
        regions = sorted(catalog.models[model_id].in_region)
        rows = [_in_region_row(each) for each in regions if source_region in (None, each)]
    else:
        raise click.UsageError(f"{model_id} is not in the catalogue of {catalog.as_of}{_near(model_id, catalog)}")
    if not rows:
        where = f"from {source_region}" if source_region else "in-Region anywhere"
        through = ", ".join(_profiles_of(model_id, source_region, catalog))
        instead = f"; inference profiles of it: {through}" if through else ""
        raise click.UsageError(f"{model_id} is not offered {where} in the catalogue of {catalog.as_of}{instead}")
    return rows


def _profiles_of(model_id: str, source_region: str | None, catalog: Catalog) -> list[str]:
    return [
        each.id
        for each in catalog.profiles.values()
        if each.model_id == model_id and source_region in (None, *each.routes)
    ]


def _profile_row(profile: InferenceProfile) -> dict[str, Any]:
    return {
        "source_region": profile.source_region,
        "scope": str(profile.scope),
        "destination_regions": list(profile.destination_regions),
    }


def _in_region_row(region: str) -> dict[str, Any]:
    return {"source_region": region, "scope": "in-region", "destination_regions": [region]}


def _near(model_id: str, catalog: Catalog) -> str:
    known = [*catalog.profiles, *catalog.models]
    near = [each for each in known if each.startswith(model_id)] or difflib.get_close_matches(model_id, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _print(model_id: str, rows: list[dict[str, Any]], catalog: Catalog) -> None:
    table = Table("Called from", "Scope", "May run in", title=model_id, title_justify="left", box=None)
    for row in rows:
        regions = ", ".join(f"{each} ({catalog.cities.get(each, 'any')})" for each in row["destination_regions"])
        table.add_row(row["source_region"], row["scope"], regions)
    Console(highlight=False).print(table)
    click.echo(f"Catalogue of {catalog.as_of}.")
