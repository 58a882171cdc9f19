"""`/kiosk/v1`: what a card kiosk in a lobby asks of the server. Every call but the time is signed."""

from bot.api.kiosk.routes import Tell, blueprint

__all__ = ["Tell", "blueprint"]
