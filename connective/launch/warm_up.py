"""Make the first layout of a process quick, and the collection of what is no longer used."""

import gc

from django.apps import apps

from connective.pdf import engine


def warm_up() -> None:
    """Load fonts and libraries, then let every app that has a `warm_up` in its configuration do the same.

    What has been loaded stays for as long as the process lives. Python looks for garbage among all that is there, and all
    threads wait for it: among a quarter of a million loaded objects for a seventh of a second (docs/benchmarks.md).
    """
    engine.warm_up()
    for config in apps.get_app_configs():
        if hasattr(config, "warm_up"):
            config.warm_up()
    gc.collect()
    gc.freeze()
