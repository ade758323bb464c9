"""
The body formats of Amazon Titan's and Cohere's embedding models. The same text has always the same vector.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from bedrock_guard.simulator._errors import malformed
from bedrock_guard.simulator._replies import estimate_tokens

# The lengths of a vector, that of default first; of other Titan models it is 1536.
_TITAN_SIZES = {"amazon.titan-embed-image": (1024, 384, 256), "amazon.titan-embed-text-v2": (1024, 512, 256)}
_COHERE_SIZES = {"cohere.embed-v4": (1536, 1024, 512, 256)}


def titan(model_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the embedding of a text; of the multimodal model, that of an image as well."""
    text, image = body.get("inputText", ""), body.get("inputImage", "")
    if not isinstance(text, str) or not isinstance(image, str) or not text + image:
        raise malformed("#: required key [inputText] not found")
    sizes = _sizes(_TITAN_SIZES, model_id, 1536)
    vector = _vector(text + image, _size(body.get("dimensions", sizes[0]), sizes))
    answer = {"embedding": vector, "inputTextTokenCount": estimate_tokens(text)}
    return {**answer, "embeddingsByType": {"float": vector}} if "-v2" in model_id else answer


def cohere(model_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the embeddings of several texts."""
    texts = body.get("texts")
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise malformed("#: required key [texts] not found")
    sizes = _sizes(_COHERE_SIZES, model_id, 1024)
    size = _size(body.get("output_dimension", sizes[0]), sizes)
    vectors = [_vector(text, size) for text in texts]
    by_type = isinstance(body.get("embedding_types"), list)
    return {
        "id": "simulated",
        "texts": texts,
        "embeddings": {"float": vectors} if by_type else vectors,
        "response_type": "embeddings_by_type" if by_type else "embeddings_floats",
    }


def _sizes(known: Mapping[str, tuple[int, ...]], model_id: str, default: int) -> tuple[int, ...]:
    return next((sizes for start, sizes in known.items() if model_id.startswith(start)), (default,))


def _size(asked: object, sizes: tuple[int, ...]) -> int:
    if asked not in sizes:
        raise malformed(f"#/dimensions: {asked!r} is not a valid enum value")
    return sizes[sizes.index(asked)]


def _vector(text: str, size: int) -> list[float]:
    data = hashlib.shake_128(text.encode(errors="replace")).digest(size)
    return [round(byte / 127.5 - 1, 4) for byte in data]
