"""The JSON API: what the monitor shows, for programs. Read only, served from Redis only, on loopback and by token.

- `answers`: what is answered; the OpenAPI document is written from these types.
- `reading`: answers, as the view in Redis has them.
- `routes`: where each is asked for; `app`: routes, tokens, headers and problems, put together.
- `tokens`: who may ask; `cursors`: where a page begins; `problems`: what went wrong (RFC 9457).
- `server`: the process.
"""
