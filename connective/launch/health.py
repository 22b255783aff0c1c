"""`python -m connective.launch.health`: does the web server in this container work? For health checks; starts no Django."""

import os
import sys
import urllib.error
import urllib.request

PATH = "/gesundheit/"
SECONDS = 4


def main() -> int:
    """Ask the portal as the proxy would; return 0 if it can do its work, else say what it answered and return 1."""
    port = (os.environ.get("BIND") or f":{os.environ.get('PORT', '8000')}").rpartition(":")[2]
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    headers = {"Host": host, "X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{PATH}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310
            return 0
    except urllib.error.HTTPError as error:
        sys.stderr.write(f"{PATH} answers {error.code}: {error.read(2000).decode(errors='replace')}\n")
    except OSError as error:
        sys.stderr.write(f"{PATH} does not answer: {error}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
