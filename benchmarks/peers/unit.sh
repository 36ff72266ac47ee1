#!/bin/bash
# One unit of the uv loop. The install is repeated each time: that is how a loop knows that its environment is right.
cd "$1" || exit 2
[ -x .venv-uv/bin/python ] || uv venv -q -p "$PEER_PYTHON" .venv-uv || exit 2
[ -n "$SKIP_INSTALL" ] || uv pip install -q -p .venv-uv/bin/python -e . 'pytest>=8' || exit 2
exec .venv-uv/bin/python -m pytest test_integrity.py --junitxml=.report.xml
