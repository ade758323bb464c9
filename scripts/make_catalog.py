#!/usr/bin/env python3
"""
Write a snapshot of Bedrock's inference profiles and models, for `catalog=PATH` or for the package itself.

    python scripts/make_catalog.py live OUT.json --region ap-northeast-1 --region us-east-1
    python scripts/make_catalog.py facts FOLDER OUT.json

`live` asks bedrock:ListInferenceProfiles and bedrock:ListFoundationModels in each Region named (or in all
that boto3 knows), with your credentials. `facts` compiles `inference_profiles.json` and `on_demand.json`.
"""

import argparse
import datetime as dt
import json
import pathlib
from collections.abc import Iterable, Mapping
from typing import Any

import boto3
import botocore.session

FORMAT = 1
Routes = dict[str, list[str]]


def cities() -> dict[str, str]:
    """Return the city or place of each Region, from botocore's own list: "Asia Pacific (Osaka)" is Osaka."""
    partitions = botocore.session.Session().get_data("partitions")["partitions"]
    regions = {name: region["description"] for part in partitions for name, region in part["regions"].items()}
    return {name: text.partition("(")[2].rstrip(")") for name, text in sorted(regions.items()) if "(" in text}


def compact(as_of: str, profiles: Mapping[str, Mapping[str, Any]], models: Mapping[str, Any]) -> dict[str, Any]:
    """Return the snapshot with each distinct table of routes kept once."""
    tables: list[Routes] = []
    entries = {}
    for profile_id, profile in sorted(profiles.items()):
        routes = {source: sorted(destinations) for source, destinations in sorted(profile["routes"].items())}
        if routes not in tables:
            tables.append(routes)
        extras = {key: profile[key] for key in ("global", "retired_sources") if profile.get(key)}
        entries[profile_id] = {"routes": tables.index(routes), **extras}
    return {
        "format": FORMAT,
        "as_of": as_of,
        "cities": cities(),
        "routes": tables,
        "profiles": entries,
        "models": dict(sorted(models.items())),
    }


def from_facts(folder: pathlib.Path) -> dict[str, Any]:
    """Compile the two fact files in *folder*."""
    facts = json.loads((folder / "inference_profiles.json").read_text(encoding="utf-8"))
    models = json.loads((folder / "on_demand.json").read_text(encoding="utf-8"))
    return compact(
        facts["_about"]["facts_as_of"],
        {profile["id"]: _profile_fact(profile) for profile in facts["profiles"]},
        {model_id: _model_fact(model) for model_id, model in models.items()},
    )


def _profile_fact(profile: dict[str, Any]) -> dict[str, Any]:
    is_global = profile["scope"] == "global"
    routes = {source: [] for source in profile["source_regions"]} if is_global else profile["routes"]
    return {"global": is_global, "routes": routes, "retired_sources": sorted(profile.get("stale_sources", {}))}


def _model_fact(model: dict[str, Any]) -> dict[str, Any]:
    modalities = model.get("modalities", {})
    return _model(
        model["in_region"],
        modalities.get("input", []),
        modalities.get("output", []),
        streaming=model.get("streaming", False),
        legacy=model.get("lifecycle") == "LEGACY",
    )


def _model(
    in_region: Iterable[str], inputs: Iterable[str], outputs: Iterable[str], *, streaming: bool, legacy: bool
) -> dict[str, Any]:
    entry = {"in_region": sorted(in_region), "inputs": sorted(inputs), "outputs": sorted(outputs)}
    return {**entry, "streaming": streaming, **({"legacy": True} if legacy else {})}


def from_live(regions: Iterable[str]) -> dict[str, Any]:
    """Ask the API in each of *regions*."""
    profiles: dict[str, dict[str, Any]] = {}
    models: dict[str, dict[str, Any]] = {}
    for region in regions:
        client = boto3.client("bedrock", region_name=region)
        pages = client.get_paginator("list_inference_profiles").paginate(typeEquals="SYSTEM_DEFINED")
        for summary in pages.search("inferenceProfileSummaries"):
            _add_profile(profiles, region, summary)
        for summary in client.list_foundation_models()["modelSummaries"]:
            _add_model(models, region, summary)
    return compact(dt.datetime.now(dt.timezone.utc).date().isoformat(), profiles, models)


def _add_profile(profiles: dict[str, dict[str, Any]], region: str, summary: Mapping[str, Any]) -> None:
    destinations = [model["modelArn"].split(":")[3] for model in summary["models"]]
    profile = profiles.setdefault(summary["inferenceProfileId"], {"global": False, "routes": {}})
    # A global profile lists the foundation model's ARN without a Region.
    profile["global"] = profile["global"] or "" in destinations
    profile["routes"][region] = [] if "" in destinations else destinations


def _add_model(models: dict[str, dict[str, Any]], region: str, summary: Mapping[str, Any]) -> None:
    if summary["modelId"].count(":") > 1:  # a variant for provisioned throughput, such as `...-v1:0:48k`
        return
    entry = models.setdefault(
        summary["modelId"],
        _model(
            [],
            summary.get("inputModalities", []),
            summary.get("outputModalities", []),
            streaming=summary.get("responseStreamingSupported", False),
            legacy=summary.get("modelLifecycle", {}).get("status") == "LEGACY",
        ),
    )
    if "ON_DEMAND" in summary.get("inferenceTypesSupported", []):
        entry["in_region"] = sorted({*entry["in_region"], region})


def main(argv: list[str] | None = None) -> None:
    """Parse the command line and write the file."""
    parser = argparse.ArgumentParser(description="Write a snapshot of Bedrock's inference profiles and models.")
    commands = parser.add_subparsers(required=True)
    live = commands.add_parser("live", help="ask the API, with your credentials")
    live.add_argument("out", type=pathlib.Path)
    live.add_argument("--region", action="append", dest="regions", metavar="NAME")
    live.set_defaults(make=lambda args: from_live(args.regions or boto3.Session().get_available_regions("bedrock")))
    facts = commands.add_parser("facts", help="compile the two fact files in FOLDER")
    facts.add_argument("folder", type=pathlib.Path)
    facts.add_argument("out", type=pathlib.Path)
    facts.set_defaults(make=lambda args: from_facts(args.folder))
    args = parser.parse_args(argv)
    text = json.dumps(args.make(args), separators=(",", ":"))
    args.out.write_text(text.replace('},"', '},\n"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
