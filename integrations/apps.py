from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Edge"

    def ready(self) -> None:
        """Plays name destinations, which are kept here."""
        from integrations.outbound.named import destinations_for_plays
        from routing.plays.destinations import DESTINATIONS

        DESTINATIONS.offer(destinations_for_plays)
