"""Programs that run in a namespace of the network: they know nothing of the stage and talk JSON."""
