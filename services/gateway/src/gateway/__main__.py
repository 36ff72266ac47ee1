"""The ``gateway`` command: serves the application where the settings say."""

import uvicorn
from contracts import ServiceName
from settings_kit import load

from gateway.app import create_app
from gateway.settings import GatewaySettings


def main() -> None:
    """Serve until told to stop."""
    settings = load(GatewaySettings, ServiceName.GATEWAY)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level.value.lower(),
    )


if __name__ == "__main__":
    main()
