"""Embeddings from OpenAI's service, or from another one with the same API."""

import numpy as np
import numpy.typing as npt

from colike.errors import DependencyError


def encode_by_service(
    texts: list[str], model: str, base_url: str | None, batch_size: int
) -> npt.NDArray[np.float32]:
    """Return the service's vectors of `texts`, len(texts) x dimensions.

    The key is read from OPENAI_API_KEY; the client retries after temporary errors.

    Raises:
        DependencyError: The service refuses or is unreachable.
    """
    import openai

    client = openai.OpenAI(base_url=base_url, max_retries=5)
    vectors: list[list[float]] = []
    for start in range(0, len(texts), batch_size):
        try:
            answer = client.embeddings.create(model=model, input=texts[start : start + batch_size])
        except openai.OpenAIError as error:
            raise DependencyError(
                f"the embedding service failed for model {model}: {error}; check OPENAI_API_KEY "
                "and the network, then run again."
            ) from error
        vectors.extend(row.embedding for row in sorted(answer.data, key=lambda row: row.index))
    return np.asarray(vectors, np.float32)
