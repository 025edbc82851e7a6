"""The box's service: domain, adapters, services, and the edges web, api and cli.

Imports point one way: edges → services → adapters → domain.
"""
