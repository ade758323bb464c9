"""
The body formats of Amazon Titan's and Cohere's embedding models. The same text has always the same vector.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from bedrock_guard.simulator._errors import malformed
from bedrock_guard.simulator._replies import estimate_tokens


def titan(model_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the embedding of one text."""
    text = body.get("inputText")
    if not isinstance(text, str):
        raise malformed("#: required key [inputText] not found")
    size = body.get("dimensions", 1024 if "-v2" in model_id else 1536)
    if size not in (256, 512, 1024, 1536):
        raise malformed(f"#/dimensions: {size!r} is not a valid enum value")
    vector = list(_vector(text, size))
    answer = {"embedding": vector, "inputTextTokenCount": estimate_tokens(text)}
    return {**answer, "embeddingsByType": {"float": vector}} if "-v2" in model_id else answer


def cohere(_model_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the embeddings of several texts."""
    texts = body.get("texts")
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise malformed("#: required key [texts] not found")
    vectors = [list(_vector(text, 1024)) for text in texts]
    by_type = isinstance(body.get("embedding_types"), list)
    return {
        "id": "simulated",
        "texts": texts,
        "embeddings": {"float": vectors} if by_type else vectors,
        "response_type": "embeddings_by_type" if by_type else "embeddings_floats",
    }


def _vector(text: str, size: int) -> Iterator[float]:
    data = hashlib.shake_128(text.encode(errors="replace")).digest(size)
    return (round(byte / 127.5 - 1, 4) for byte in data)
