"""The stage: a Debian host, the network around it, and how both are recorded."""
