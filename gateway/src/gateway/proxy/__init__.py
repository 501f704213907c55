"""The gateway's data path: a request is checked, given to the service that owns its path, and the answer streamed back.

Pure ASGI over an own HTTP/1.1 client on httptools: no framework stands between the caller's bytes and the service's.
"""
