"""The watchdog, against a real store and the stand-in of the platform."""
