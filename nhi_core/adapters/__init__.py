"""What fulfils the ports: databases, Redis, premium sources."""
