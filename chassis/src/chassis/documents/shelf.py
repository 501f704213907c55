"""Finished documents, kept by the digest of their content, so many bytes of them: who wasn't asked for longest goes first."""

from collections import OrderedDict


class Shelf:
    """At most `capacity` bytes."""

    def __init__(self, capacity: int) -> None:
        self._capacity, self._held = capacity, 0
        self._documents: OrderedDict[str, bytes] = OrderedDict()

    def find(self, digest: str) -> bytes | None:
        """The document, if it is here."""
        found = self._documents.get(digest)
        if found is not None:
            self._documents.move_to_end(digest)
        return found

    def put(self, digest: str, document: bytes) -> None:
        """Keep a document, unless it alone is larger than the shelf."""
        if digest in self._documents or len(document) > self._capacity:
            return
        self._documents[digest] = document
        self._held += len(document)
        while self._held > self._capacity:
            _, oldest = self._documents.popitem(last=False)
            self._held -= len(oldest)
