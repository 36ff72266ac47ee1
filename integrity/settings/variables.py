"""Which of the host's variables get through to a unit's tests, and which never do. Names only; `system.environment` applies them."""

from __future__ import annotations

ALLOWED = (
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "LANGUAGE",
    "LC_*",
    "TZ",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "CI",  # test libraries choose reproducible settings by it; which CI it is stays unknown
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
)
# What the env itself decides, and what the runner tells its own child; matched from the start of a name.
RESERVED = r"PYTHON|INTEGRITY_|VIRTUAL_ENV$|UV_PYTHON$"
