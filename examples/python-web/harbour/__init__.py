"""Harbour keeps the berths of a small harbour: which ship lies where, and which berth fits the next one."""

from .app import create_app

__all__ = ["create_app"]
