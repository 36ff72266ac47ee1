"""Variables that platforms and libraries read or set by themselves, and what names and values of secrets look like."""

from __future__ import annotations

import math
import re
from collections import Counter

_PLATFORM = re.compile(
    r"PATH|HOME|USER|USERNAME|LOGNAME|SHELL|TERM|COLUMNS|LINES|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|PWD|HOSTNAME|COMPUTERNAME"
    r"|EDITOR|VISUAL|PAGER|DISPLAY|BROWSER|CI|NO_COLOR|FORCE_COLOR|CLICOLOR|COLORTERM|APPDATA|LOCALAPPDATA|PROGRAMFILES|SYSTEMROOT"
    r"|VIRTUAL_ENV|VERCEL|RENDER|DYNO|READTHEDOCS|K_SERVICE|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|SOURCE_DATE_EPOCH"
    r"|DJANGO_SETTINGS_MODULE|RUN_MAIN|WERKZEUG_RUN_MAIN|SERVER_SOFTWARE|GOOGLE_APPLICATION_CREDENTIALS|KUBECONFIG|(?:HTTPS?|NO|ALL|FTP)_PROXY"
    r"|(?:GITHUB|GITLAB|CI|RUNNER|BUILDKITE|CIRCLE|TRAVIS|JENKINS|VERCEL|RENDER|FLY|RAILWAY|NETLIFY|KUBERNETES|ECS|AWS_LAMBDA"
    r"|PYTHON|PYTEST|PIP|UV|POETRY|CONDA|TOX|NOX|COVERAGE|XDG|SSH|GIT|LD|INTEGRITY|READTHEDOCS)_\w+|PYTHON[A-Z]+"
)
_LIBRARIES = re.compile(
    r"DEBUG|PORT|HOST|UID|GID|PUID|PGID|USERMAP_\w+|WEB_CONCURRENCY|VERSION|TAG|JAVA_HOME|OMP_NUM_THREADS|CURL_CA_BUNDLE"
    r"|(?:NODE|NPM|YARN|PNPM|DOCKER|COMPOSE|BUILDKIT|AWS|AZURE|ARM|GOOGLE|GCP|GCLOUD|CLOUDSDK|VAULT|CONSUL|KUBE|HELM|TF|OP|DOPPLER|INFISICAL"
    r"|POSTGRES|PG|MYSQL|MARIADB|MONGO|REDIS|RABBITMQ|MINIO|ELASTIC|OPENSEARCH|KAFKA|ZOOKEEPER|MAILPIT|MAILHOG|KEYCLOAK|KC|TRAEFIK|NGINX"
    r"|DJANGO|FLASK|GUNICORN|UVICORN|HYPERCORN|CELERY|FLOWER|SENTRY|OTEL|DD|NEW_RELIC|ELASTIC_APM|LOGFIRE|PROMETHEUS|LANGCHAIN|LANGSMITH"
    r"|LANGGRAPH|OPENAI|ANTHROPIC|MISTRAL|COHERE|TAVILY|PINECONE|GROQ|GEMINI|HF|HUGGINGFACE|WANDB|VITE|NEXT|NUXT|REACT_APP|EXPO|STORYBOOK"
    r"|PLAYWRIGHT|CYPRESS|TURBO|NX|SKAFFOLD|TILT)_\w+|PG(?:HOST|PORT|USER|PASSWORD|DATABASE|SSLMODE|DATA)"
)
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:SECRET|SECRETS|TOKEN|TOKENS|PASSWORD|PASSWD|PASSPHRASE|PWD|PW|APIKEY|KEY|KEYS|CREDENTIALS?|PRIVATE|DSN|SALT|PEPPER|SIGNATURE)(?:_|$)",
    re.IGNORECASE,
)
_PUBLIC_NAME = re.compile(
    r"PUBLIC|PUBLISHABLE|_ID$|_URL$|_PATH$|_FILE$|_DIR$|_NAME$|_TYPE$|_ALGORITHM$|_EXPIR|_TTL|_SECONDS$|_MINUTES$|_DAYS$|_LIFETIME",
    re.IGNORECASE,
)
_KEY_SHAPES = re.compile(
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{60,}|\b(?:sk|rk)_live_[A-Za-z0-9]{20,}|\bsk-(?:ant|proj|svcacct)-[\w-]{30,}"
    r"|\bsk-[A-Za-z0-9]{40,}\b|\bxox[abeprs]-[A-Za-z0-9-]{20,}|\bAIza[\w-]{35}\b|\bglpat-[\w-]{20,}|\bSG\.[\w-]{20,}\.[\w-]{30,}|\bnpm_[A-Za-z0-9]{36}\b"
    r"|\bpypi-[\w-]{50,}|\bdop_v1_[0-9a-f]{60,}|\bhf_[A-Za-z0-9]{30,}|\bhooks\.slack\.com/services/T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/[A-Za-z0-9]{20,}"
    r"|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----|\beyJ[\w-]{15,}\.eyJ[\w-]{15,}\.[\w-]{20,}"
)
_PLACEHOLDER = re.compile(
    r"change.?(?:me|this|it)|example|sample|replace|placeholder|your|dummy|fake|insecure|secret|password|todo|fixme|insert|redacted|xxx|\.\.\.|\*\*\*|<|>|\$\{|\{\{|op://|vault:|test|local|dev|demo|foo|bar|default|unset|none|null|generate",
    re.IGNORECASE,
)
_CHANGE_ME = re.compile(
    r"\W*(?:change.?(?:me|this|it)|replace.?(?:me|this|it)|todo|fixme|<[^<>]*>|x{3,}|\*{3,}|your[-_ ].*|insert[-_ ].*)\W*",
    re.IGNORECASE,
)
_RANDOM = re.compile(r"[A-Za-z0-9+/_=.~!@#$%^&*()-]{20,}")


def is_platform(name: str) -> bool:
    """Whether the platform gives a variable, so that no unit has to document it."""
    return _PLATFORM.fullmatch(name.upper()) is not None


def is_of_library(name: str) -> bool:
    """Whether a server or a well-known library may read a variable without the code's doing."""
    return is_platform(name) or _LIBRARIES.fullmatch(name.upper()) is not None


def is_secret_name(name: str) -> bool:
    """Whether the name says that the value is a secret."""
    return _SECRET_NAME.search(name) is not None and _PUBLIC_NAME.search(name) is None


def is_to_be_changed(value: str) -> bool:
    """Whether a value says itself that it waits for another."""
    return _CHANGE_ME.fullmatch(value) is not None


def secret_shape(name: str, value: str) -> str:
    """Why a value looks like a real secret: `key` by the shape of a known provider, `random`; "" where it doesn't."""
    if (shape := _KEY_SHAPES.search(value)) is not None:
        return "" if re.search(r"example|xxxx|1234567890", shape[0], re.IGNORECASE) else "key"
    if is_secret_name(name) and _RANDOM.fullmatch(value) and not _PLACEHOLDER.search(value) and _is_random(value):
        return "random"
    return ""


def _is_random(value: str) -> bool:
    """High entropy, digits among letters, and no runs such as `0123456789` or `aaaa`."""
    kinds = sum(any(test(each) for each in value) for test in (str.islower, str.isupper, str.isdigit))
    runs = sum(ord(value[index]) - ord(value[index - 1]) in {0, 1} for index in range(1, len(value)))
    counts = Counter(value)
    entropy = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    is_hexadecimal = re.fullmatch(r"[0-9a-f]+|[0-9A-F]+", value) is not None
    return kinds > 1 and runs < len(value) / 4 and entropy > (3.0 if is_hexadecimal else 3.7)
