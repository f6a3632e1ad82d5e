"""The project. Celery's application comes with it, so that tasks find it wherever Django runs."""

from webshop.celery import app as celery

__all__ = ["celery"]
